/** One path of a door, and what answers there. */

import type { Log } from "../../telemetry/log.ts";
import type { RequestBytes } from "../admission/request-memory.ts";
import type { UnfinishedRequests } from "../admission/unfinished-requests.ts";
import type { Exchange } from "../port/exchange.ts";
import type { HttpCall } from "./http-call.ts";

/** What every door needs of the edge. */
export interface DoorParts {
  readonly unfinished: UnfinishedRequests;
  readonly log: Log;
  /** Aborted when every call must end. */
  readonly end: AbortSignal;
}

/** One admitted call. */
export interface DoorCall {
  readonly exchange: Exchange;
  readonly context: HttpCall;
  /** The memory of its request. */
  readonly held: RequestBytes;
  readonly parts: DoorParts;
}

/** One path of a door. */
export interface Endpoint {
  readonly method: "GET" | "POST";
  /** What is asked for, as records name it: `chat.completions`. */
  readonly name: string;
  /** Stands for all paths below it if it ends in a slash. */
  readonly path: string;
  /** Answers a call. Fails with what ended the call, as long as nothing of an answer is written. */
  answer(call: DoorCall): Promise<void>;
}
