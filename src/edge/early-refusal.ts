/** Refuses calls by the first bytes of their connection while more come than can be served: nothing is cheaper. */

import type { Socket } from "node:net";

import { errorToJson } from "@connectrpc/connect/protocol-connect";

import type { CallObserver } from "../call/call-observer.ts";
import { overloadRefusal } from "./admission/call-gate.ts";
import { followCall } from "./admission/call-trail.ts";
import type { Callers } from "./admission/callers.ts";
import { type Door, findEntrance } from "./door/door.ts";
import { makeRetryHeaders } from "./door/retry-headers.ts";
import { makeErrorBody } from "./openai/error-body.ts";
import { makeRpcStatus } from "./rpc/rpc-status.ts";
import { makeStatus } from "./status.ts";

/** Longest time for a client to close its side, in milliseconds. Closed while it sends, it might lose the answer. */
const FAREWELL_MS = 1_000;
/** How far into a request is looked. */
const HEAD_BYTES = 1_024;
/** The begin of a call over HTTP/1.1. */
const CALL = /^POST ([^\s?]+)[^\s]* HTTP\/1\.1\r\n/u;
const KEY = /\r\n(authorization|x-api-key): *([^\r\n]+)/iu;
/** A page in a browser needs headers of CORS to see why it is refused. */
const PAGE = /\r\norigin:/iu;
const LENGTH = /\r\ncontent-length: *(\d+)\r\n/iu;
const CONTENT_TYPE = /\r\ncontent-type: *([^\s;]+)/iu;

export interface EarlyRefusalOptions {
  readonly doors: readonly Door[];
  readonly callers: () => Callers;
  /** Whether a call of a party that comes now is shed. */
  readonly turnsAway: (party: string) => boolean;
  readonly observer: Required<CallObserver>;
  readonly makeRequestId: () => string;
}

/** Takes the first bytes of a connection that speaks HTTP/1.1. Returns whether it refused it. */
export type RefuseEarly = (socket: Socket, head: Buffer) => boolean;

/** Creates the function. Everything but calls passes, health first of all. */
export function createEarlyRefusal(options: EarlyRefusalOptions): RefuseEarly {
  const { doors, callers, turnsAway, observer, makeRequestId } = options;
  return (socket, head) => {
    const text = head.toString("latin1", 0, HEAD_BYTES);
    const path = CALL.exec(text)?.[1];
    if (path === undefined || PAGE.test(text)) return false;
    const entrance = findEntrance(doors, path);
    if (entrance.kind !== "gated") return false;
    const caller = findCaller(callers(), text);
    if (caller === undefined || !turnsAway(caller)) return false;
    const requestId = makeRequestId();
    const trail = followCall(entrance.describe(requestId, CONTENT_TYPE.exec(text)?.[1]), observer);
    socket.on("error", () => {}); // the client may not wait for its answer
    socket.end(makeAnswer(requestId));
    if (isWhole(text, head.length)) socket.destroySoon();
    else closeLater(socket);
    trail.refused(overloadRefusal);
    trail.closed(false);
    return true;
  };
}

/** The name of the caller, empty where nobody needs a key; undefined for a stranger. */
function findCaller(callers: Callers, text: string): string | undefined {
  const [, name = "", value] = KEY.exec(text) ?? [];
  try {
    return callers.identify({ [name.toLowerCase()]: value }).caller?.name ?? "";
  } catch {
    return undefined; // told at the door
  }
}

const status = makeStatus(overloadRefusal);
const connectBody = errorToJson(makeRpcStatus(overloadRefusal, undefined), undefined);
const fields = Object.entries({ "content-type": "application/json", connection: "close", ...makeRetryHeaders(status) })
  .map(([name, value]) => `${name}: ${value}`)
  .join("\r\n");

/** One body for every door: clients of Connect read its top, those of OpenAI its `error`. */
function makeAnswer(requestId: string): string {
  const body = JSON.stringify({ ...connectBody, ...makeErrorBody(status, requestId) });
  const own = `x-request-id: ${requestId}\r\ncontent-length: ${Buffer.byteLength(body)}`;
  return `HTTP/1.1 503 Service Unavailable\r\n${fields}\r\n${own}\r\n\r\n${body}`;
}

/** Whether nothing of a request is still to come that begins with `text` and of which `byteCount` bytes have come. */
function isWhole(text: string, byteCount: number): boolean {
  const headerEnd = text.indexOf("\r\n\r\n");
  const length = LENGTH.exec(text)?.[1];
  return headerEnd >= 0 && length !== undefined && byteCount >= headerEnd + 4 + Number(length);
}

/** Closes a connection when its client has, or soon. */
function closeLater(socket: Socket): void {
  const timer = setTimeout(() => socket.destroy(), FAREWELL_MS);
  socket.on("end", () => socket.destroy());
  socket.on("close", () => clearTimeout(timer));
  socket.resume();
}
