/** The simulator's controls over HTTP. */

import type { IncomingMessage, ServerResponse } from "node:http";
import { JsonField } from "./dialect/json-field.ts";
import type { FaultBoard } from "./fault/fault-board.ts";
import { FAULTS, faultUsage } from "./fault/faults.ts";
import { UnknownFault } from "./fault/parse-behaviour.ts";
import { readBody } from "./read-body.ts";
import type { ReceivedRequest, RequestLog } from "./request-log.ts";

/** Headers that hold a key. They are shown as dots. */
const KEY_HEADERS: ReadonlySet<string> = new Set(["authorization", "x-api-key", "api-key"]);

/** What the controls act on. */
export interface Controls {
  readonly log: RequestLog;
  readonly board: FaultBoard;
}

interface AdminReply {
  readonly status: number;
  readonly body: object;
}

/**
 * Answers a request below `/admin`:
 *
 * - `GET /admin/faults`: what there is and what is set;
 * - `POST /admin/faults` with `{"model", "fault"}`: sets a model's faults, or with an empty fault takes them away;
 * - `DELETE /admin/faults`: takes all away;
 * - `GET /admin/requests`: what came in and how it ended; `DELETE` forgets it.
 */
export async function serveAdmin(
  controls: Controls,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { status, body } = await answer(controls, `${request.method} ${path}`, request);
  response.writeHead(status, { "content-type": "application/json" });
  response.end(`${JSON.stringify(body)}\n`);
}

async function answer({ log, board }: Controls, call: string, request: IncomingMessage): Promise<AdminReply> {
  switch (call) {
    case "GET /admin/faults":
      return { status: 200, body: { set: board.list(), known: listFaults() } };
    case "POST /admin/faults":
      return setFault(board, await readBody(request));
    case "DELETE /admin/faults":
      board.reset();
      return { status: 200, body: { set: board.list() } };
    case "GET /admin/requests":
      return { status: 200, body: { openCount: log.openCount, requests: log.requests.map(withoutKeys) } };
    case "DELETE /admin/requests":
      log.clear();
      return { status: 200, body: { openCount: log.openCount, requests: [] } };
    default:
      return { status: 404, body: { error: `no such control: ${call}` } };
  }
}

function setFault(board: FaultBoard, bytes: Buffer | undefined): AdminReply {
  try {
    const body = new JsonField(JSON.parse(bytes?.toString() ?? ""));
    const model = body.at("model").text;
    if (model === undefined) return { status: 400, body: { error: 'give {"model": "NAME", "fault": "stall=40"}' } };
    board.set(model, body.at("fault").text);
    return { status: 200, body: { set: board.list() } };
  } catch (error) {
    if (!(error instanceof UnknownFault) && !(error instanceof SyntaxError)) throw error;
    return { status: 400, body: { error: error.message } };
  }
}

function listFaults(): object[] {
  return FAULTS.map((fault) => ({ fault: faultUsage(fault), description: fault.description }));
}

function withoutKeys(request: ReceivedRequest): ReceivedRequest {
  const shown = Object.entries(request.headers).map(([name, value]) => [name, KEY_HEADERS.has(name) ? "…" : value]);
  return { ...request, headers: Object.fromEntries(shown) };
}
