/** Makes a door of its endpoints and the form of its errors: method, key, limits and failures are the same at all. */

import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import type { Refusal } from "../../call/refusal.ts";
import { describeFault } from "../../telemetry/describe-fault.ts";
import { type FollowedCall, followCall } from "../admission/call-trail.ts";
import { abandon, type Exchange, wasCutShort } from "../port/exchange.ts";
import { type FailedCall, refusalOf } from "../refusal-of.ts";
import { makeStatus, type Status } from "../status.ts";
import { REPORT_HEADERS } from "./call-report.ts";
import type { Door } from "./door.ts";
import type { DoorParts, Endpoint } from "./endpoint.ts";
import { openHttpCall } from "./http-call.ts";
import { makeRetryHeaders, RETRY_HEADERS } from "./retry-headers.ts";
import { writeJson } from "./write-json.ts";

/** What is a door's own. */
export interface DoorForm {
  /** The door's name in records. */
  readonly name: string;
  /** The first that fits a path answers. */
  readonly endpoints: readonly Endpoint[];
  /** Headers of every answer that name the request, beside `x-request-id`. */
  readonly requestIdHeaders: readonly string[];
  /** Makes the body of an answer that is an error. */
  makeErrorBody(status: Status, requestId: string): object;
}

/** Creates a door. Paths that are none of its endpoints are for another door. */
export function createHttpDoor(form: DoorForm, parts: DoorParts): Door {
  return {
    exposedHeaders: [...form.requestIdHeaders, ...RETRY_HEADERS, ...REPORT_HEADERS],
    answer(exchange) {
      const { requestId, response } = exchange;
      const endpoint = form.endpoints.find(({ path }) => isAt(exchange.path, path));
      if (endpoint === undefined) return false;
      for (const name of form.requestIdHeaders) response.setHeader(name, requestId);
      const trail = followCall({ requestId, door: form.name, method: endpoint.name }, parts.observer);
      response.once("close", () => trail.closed(wasCutShort(response)));
      run({ exchange, endpoint, form, parts, trail }).catch((error: unknown) => {
        trail.faulted(error);
        parts.log.debug({ requestId, ...describeFault(error) }, "answer broke off");
        abandon(exchange);
      });
      return true;
    },
  };
}

function isAt(asked: string, path: string): boolean {
  return asked === path || (path.endsWith("/") && asked.startsWith(path));
}

/** A call of a door. */
interface Run {
  readonly exchange: Exchange;
  readonly endpoint: Endpoint;
  readonly form: DoorForm;
  readonly parts: DoorParts;
  readonly trail: FollowedCall;
}

/** Runs an endpoint, and gives a failure before its first byte the form of an error. */
async function run({ exchange, endpoint, form, parts, trail }: Run): Promise<void> {
  const { gate, end } = parts;
  if (exchange.request.method !== endpoint.method) {
    const refusal = makeMethodRefusal(exchange, endpoint);
    trail.refused(refusal);
    // HTTP has a status of its own for this, the neutral table has none.
    const status = { ...makeStatus(refusal), httpStatus: 405 };
    return writeError(exchange, status, form, { allow: endpoint.method });
  }
  let failed: FailedCall = { signal: end, trail };
  try {
    const context = openHttpCall(exchange, gate, end, trail);
    failed = context;
    await endpoint.answer({ exchange, context, parts });
  } catch (error) {
    const refusal = refusalOf(error, failed);
    if (exchange.response.headersSent) throw error;
    await writeError(exchange, makeStatus(refusal), form);
  }
}

function makeMethodRefusal({ path }: Exchange, { method }: Endpoint): Refusal {
  return { reason: ErrorReason.INVALID_REQUEST, message: `${path} takes ${method}` };
}

function writeError(
  exchange: Exchange,
  status: Status,
  form: DoorForm,
  more: Readonly<Record<string, string>> = {},
): Promise<void> {
  const body = form.makeErrorBody(status, exchange.requestId);
  const answer = { status: status.httpStatus, body, headers: { ...makeRetryHeaders(status), ...more } };
  return writeJson(exchange, answer, exchange.generation.limits.clientStallTimeoutMs);
}
