/** grpc.health.v1: whether this process takes calls. Never depends on providers or breakers. */

import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";

import { RequestInfoSchema } from "../../../gen/ts/google/rpc/error_details_pb.ts";
import {
  Health,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from "../../../gen/ts/grpc/health/v1/health_pb.ts";
import { drainingRefusal } from "../admission/call-gate.ts";
import { rpcCallOf } from "./rpc-call.ts";
import { makeRpcStatus } from "./rpc-status.ts";

/** The method whose answer goes on for as long as the client listens. */
export const WATCH_PATH = `/${Health.typeName}/${Health.method.watch.name}`;

export interface HealthState {
  /** Says NOT_SERVING from now on, to watchers at once. */
  stopServing(): void;
  /** Adds the service to a router. */
  register(router: ConnectRouter): void;
}

/** Creates the health of the named services, and of the whole under the empty name. */
export function createHealth(serviceNames: readonly string[]): HealthState {
  const names = new Set(["", ...serviceNames]);
  const stop = new AbortController();
  const stateOf = (name: string) => {
    if (!names.has(name)) return ServingStatus.SERVICE_UNKNOWN;
    return stop.signal.aborted ? ServingStatus.NOT_SERVING : ServingStatus.SERVING;
  };
  return {
    stopServing: () => stop.abort(),
    register(router) {
      router.service(Health, {
        check({ service }, context) {
          if (!names.has(service)) throw unknownService(service, rpcCallOf(context).requestId);
          return { status: stateOf(service) };
        },
        async *watch({ service }, context) {
          const { signal } = context;
          yield { status: stateOf(service) };
          if (names.has(service) && !stop.signal.aborted) {
            await anyAborted(stop.signal, signal);
            // Told also where the watch ends with it. A client that left gets nothing.
            if (stop.signal.aborted) yield { status: stateOf(service) };
          }
          await anyAborted(signal);
          throw makeRpcStatus(drainingRefusal().refusal, rpcCallOf(context).requestId);
        },
        list: () => ({ statuses: Object.fromEntries([...names].map((name) => [name, { status: stateOf(name) }])) }),
      });
    },
  };
}

/** The one error of this protocol that is not one of the gateway's own. */
function unknownService(service: string, requestId: string): ConnectError {
  const details = [{ desc: RequestInfoSchema, value: { requestId } }];
  return new ConnectError(`there is no service ${service}`, Code.NotFound, undefined, details);
}

function anyAborted(...signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      for (const signal of signals) signal.removeEventListener("abort", settle);
      resolve();
    };
    for (const signal of signals) signal.addEventListener("abort", settle);
    if (signals.some(({ aborted }) => aborted)) settle();
  });
}
