/** What the simulator does on one connection, step by step. */

/** What a piece of the body belongs to. Faults that count, count `content`. */
export type BodyPart =
  /** Before a block of content: the role, `message_start`, `content_block_start`, the first ping. */
  | "opening"
  /** A piece of reasoning, text or tool arguments. */
  | "content"
  /** The end of a block, while the answer goes on. */
  | "closing"
  /** The finish reason, and the usage that belongs to it. */
  | "terminal"
  /** What follows the finish reason: `[DONE]`, `message_stop`. */
  | "done";

export interface SendStep {
  readonly kind: "send";
  readonly bytes: string | Uint8Array;
  readonly part: BodyPart;
}

export type Step =
  | { readonly kind: "head"; readonly status: number; readonly headers: Readonly<Record<string, string>> }
  | SendStep
  /** Waits until `ms` milliseconds after the end of the last such wait, so that a steady rate does not drift. */
  | { readonly kind: "wait"; readonly ms: number }
  /** Sends the same bytes every `intervalMs` milliseconds until the client closes. */
  | { readonly kind: "ping"; readonly bytes: string; readonly intervalMs: number }
  /** Sends `byteCount` bytes without a line break. */
  | { readonly kind: "flood"; readonly byteCount: number }
  /** Does nothing until the client closes. */
  | { readonly kind: "hang" }
  /** Ends the body as HTTP wants it. */
  | { readonly kind: "end" }
  /** Closes the connection (FIN) in the middle of the body. */
  | { readonly kind: "drop" }
  /** Resets the connection (RST). */
  | { readonly kind: "reset" };

/** What the simulator does on one connection. */
export interface Script {
  /** Read once. */
  readonly steps: Iterable<Step>;
  /** Whether the body is a stream of events. */
  readonly streamed: boolean;
  /** Whether this is an answer of the model, and not an error or worse. */
  readonly isAnswer: boolean;
  /** How long the steps go on after the client closed, in milliseconds. */
  readonly outlivesClientMs: number;
}

/** A script of these steps, which are no answer, that stops when the client closes. */
export function makeScript(streamed: boolean, ...steps: readonly Step[]): Script {
  return { steps, streamed, isAnswer: false, outlivesClientMs: 0 };
}
