/** Calls with a client of Connect-ES, over the protocol of its transport. */

import { ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { CompletionService } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import type { CallOptions, CreateClient, ScenarioClient, TimedEvent, Told } from "./scenario-client.ts";

/** Creates a client that speaks Connect over HTTP/2. */
export const createConnectClient: CreateClient = (url) => {
  const sessionManager = new Http2SessionManager(url);
  const transport = createConnectTransport({ baseUrl: url, httpVersion: "2", sessionManager });
  return createScenarioClient(
    transport,
    (ms) => ({ "connect-timeout-ms": `${ms}` }),
    () => sessionManager.abort(),
  );
};

/** Creates a client that speaks gRPC-Web over HTTP/1.1, as browsers do. */
export const createGrpcWebClient: CreateClient = (url) =>
  createScenarioClient(
    createGrpcWebTransport({ baseUrl: url, httpVersion: "1.1" }),
    (ms) => ({ "grpc-timeout": `${ms}m` }),
    () => {},
  );

/** `deadline` gives the header that tells a deadline of so many milliseconds. */
function createScenarioClient(
  transport: Transport,
  deadline: (ms: number) => Record<string, string>,
  close: () => void,
): ScenarioClient {
  const pick = ({ timeoutMs, signal }: CallOptions) => ({
    ...(timeoutMs !== undefined && { headers: deadline(timeoutMs) }),
    ...(signal !== undefined && { signal }),
  });
  const completions = createClient(CompletionService, transport);
  return {
    async stream(request, options = {}) {
      const events: TimedEvent[] = [];
      const end = await untilEnd(async () => {
        for await (const message of completions.streamComplete(request, pick(options))) {
          events.push({ atMs: performance.now(), message });
          options.onEvent?.(message);
        }
      });
      return { events, response: undefined, error: end.error, tookMs: end.tookMs };
    },
    async complete(request, options = {}) {
      const end = await untilEnd(() => completions.complete(request, pick(options)));
      return { events: [], response: end.value, error: end.error, tookMs: end.tookMs };
    },
    close,
  };
}

async function untilEnd<T>(
  run: () => Promise<T>,
): Promise<Pick<Told, "error" | "tookMs"> & { readonly value: T | undefined }> {
  const startedAtMs = performance.now();
  const tookMs = (): number => performance.now() - startedAtMs;
  try {
    return { value: await run(), error: undefined, tookMs: tookMs() };
  } catch (error) {
    return { value: undefined, error: ConnectError.from(error), tookMs: tookMs() };
  }
}
