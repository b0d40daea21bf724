/** What each wire format gives: a request's body, a reader of its answers, and where its errors stand. */

import type { UpstreamEvent } from "../../call/upstream.ts";
import type { FittedRequest } from "../fit/fit-request.ts";
import type { RouteSettings } from "../settings.ts";
import type { AnswerHead } from "./answer-head.ts";

/** A wire format. Pure but for the readers' own state. */
export interface Dialect {
  /** Makes the JSON body of a request. Throws if a JSON string of the request is not JSON, which validation refuses. */
  makeBody(request: FittedRequest, settings: RouteSettings): object;
  /** `maxOutputTokens` is the limit that the request set; undefined if it set none. */
  createReader(head: AnswerHead, settings: RouteSettings, maxOutputTokens?: number): AnswerReader;
}

/**
 * Turns one answer into events, pushed onto `out`.
 *
 * `open` -> `answered`: the finish reason came, and usage may follow.
 * `open` or `answered` -> `ended`: the last event, `finished` or `failed`, was pushed; nothing follows.
 */
export interface AnswerReader {
  readonly phase: "open" | "answered" | "ended";
  /** Reads one server-sent event. False if it is not JSON; nothing was pushed then. */
  readEvent(data: string, name: string | undefined, out: UpstreamEvent[]): boolean;
  /** Reads an answer that came as one JSON document. False if it is none; nothing was pushed then. */
  readWhole(text: string, out: UpstreamEvent[]): boolean;
  /** `answered` -> `ended`: nothing more will come. `open` -> `ended` if what came is whole without a reason. */
  finish(out: UpstreamEvent[]): void;
}
