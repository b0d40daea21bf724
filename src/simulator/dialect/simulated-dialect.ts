/** What each wire format gives the simulator. */

import type { Ask } from "../answer/ask.ts";
import type { Answer } from "../answer/composed-answer.ts";
import type { SendStep } from "../script/script.ts";
import type { JsonField } from "./json-field.ts";
import type { Problem, ProblemReply } from "./request-problem.ts";

/** What one response is marked with. */
export interface Stamp {
  /** Counts the requests of a simulator, from 1. Ids are made of it. */
  readonly number: number;
  /** Model without its faults. */
  readonly model: string;
  /** Seconds since the epoch. */
  readonly createdS: number;
  /** Whether the request came to a path that only Azure has. */
  readonly isAzure: boolean;
}

/** One answer, ready to be written down. */
export interface Reply {
  readonly ask: Ask;
  readonly answer: Answer;
  readonly stamp: Stamp;
}

/** What the path and the headers say about a request. */
export interface AskOrigin {
  /** Deployment that the path names; empty if it names none. */
  readonly deployment: string;
  /** Value of `anthropic-version`; empty if there is none. */
  readonly version: string;
}

/** One wire format. */
export interface Dialect {
  readonly name: "openai-chat" | "anthropic-messages";
  /** Reads a request. Throws `InvalidAsk` for what the vendor would refuse. */
  readAsk(body: JsonField, origin: AskOrigin): Ask;
  /** Headers of every response, with the request's id. */
  headers(stamp: Stamp): Readonly<Record<string, string>>;
  /** The answer as events. */
  streamAnswer(reply: Reply): Iterable<SendStep>;
  /** The answer as one JSON body. */
  wholeAnswer(reply: Reply): object;
  problem(stamp: Stamp, problem: Problem): ProblemReply;
  toolCallId(stamp: Stamp, index: number): string;

  /** An event with a piece of text. */
  textEvent(stamp: Stamp, text: string): string;
  /** An error inside a stream; without a type the vendor's usual one. */
  errorEvent(stamp: Stamp, type: string): string;
  /** An event of a kind that no client knows yet. */
  readonly unknownEvent: string;
  /** What keeps an idle stream alive. */
  readonly ping: string;
  /** Headers that say that no request is left until `resetMs` milliseconds from now. */
  rateLimitHeaders(resetMs: number): Readonly<Record<string, string>>;
}
