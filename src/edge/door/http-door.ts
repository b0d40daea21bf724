/** Makes a door of its endpoints and the form of its errors: method, key, limits and failures are the same at all. */

import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import type { Refusal } from "../../call/refusal.ts";
import { describeFault } from "../../telemetry/describe-fault.ts";
import { abandon, type Exchange } from "../port/exchange.ts";
import { type FailedCall, refusalOf } from "../refusal-of.ts";
import { makeStatus, type Status } from "../status.ts";
import { REPORT_HEADERS } from "./call-report.ts";
import type { AdmittedCall, Door, GatedEntrance } from "./door.ts";
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
  const entrances = form.endpoints.map((endpoint) => ({
    path: endpoint.path,
    entrance: createEntrance(endpoint, form, parts),
  }));
  return {
    exposedHeaders: [...form.requestIdHeaders, ...RETRY_HEADERS, ...REPORT_HEADERS],
    find: (asked) => entrances.find(({ path }) => isAt(asked, path))?.entrance,
  };
}

function createEntrance(endpoint: Endpoint, form: DoorForm, parts: DoorParts): GatedEntrance {
  const nameRequest = ({ requestId, response }: Exchange): void => {
    for (const name of form.requestIdHeaders) response.setHeader(name, requestId);
  };
  const breakOff = (exchange: Exchange, error: unknown): void => {
    parts.log.debug({ requestId: exchange.requestId, ...describeFault(error) }, "answer broke off");
    abandon(exchange);
  };
  return {
    kind: "gated",
    describe: (requestId) => ({ requestId, door: form.name, method: endpoint.name }),
    answer(call) {
      const { exchange, trail } = call;
      nameRequest(exchange);
      run({ call, endpoint, form, parts }).catch((error: unknown) => {
        trail.faulted(error);
        breakOff(exchange, error);
      });
    },
    refuse(exchange, refusal) {
      nameRequest(exchange);
      writeError(exchange, makeStatus(refusal), form).catch((error: unknown) => breakOff(exchange, error));
    },
  };
}

function isAt(asked: string, path: string): boolean {
  return asked === path || (path.endsWith("/") && asked.startsWith(path));
}

/** A call of a door. */
interface Run {
  readonly call: AdmittedCall;
  readonly endpoint: Endpoint;
  readonly form: DoorForm;
  readonly parts: DoorParts;
}

/** Runs an endpoint, and gives a failure before its first byte the form of an error. */
async function run({ call, endpoint, form, parts }: Run): Promise<void> {
  const { exchange, trail } = call;
  if (exchange.request.method !== endpoint.method) {
    const refusal = makeMethodRefusal(exchange, endpoint);
    trail.refused(refusal);
    // HTTP has a status of its own for this, the neutral table has none.
    const status = { ...makeStatus(refusal), httpStatus: 405 };
    return writeError(exchange, status, form, { allow: endpoint.method });
  }
  if (endpoint.method === "POST" && !isJson(exchange.request.headers["content-type"])) {
    const refusal = makeTypeRefusal(exchange);
    trail.refused(refusal);
    return writeError(exchange, { ...makeStatus(refusal), httpStatus: 415 }, form);
  }
  let failed: FailedCall = { signal: parts.end, trail };
  try {
    const context = openHttpCall(call, parts.end);
    failed = context;
    await endpoint.answer({ exchange, context, held: call.held, parts });
  } catch (error) {
    const refusal = refusalOf(error, failed);
    if (exchange.response.headersSent) throw error;
    await writeError(exchange, makeStatus(refusal), form);
  }
}

/** Another type is what a page of anybody may send without asking. */
function isJson(contentType = ""): boolean {
  return /^application\/json\s*(?:;|$)/i.test(contentType);
}

function makeTypeRefusal({ path }: Exchange): Refusal {
  const message = `${path} takes JSON: send it with the header content-type: application/json`;
  return { reason: ErrorReason.INVALID_REQUEST, message };
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
