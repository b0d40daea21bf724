/** One call of an upstream as the network sees it. */

import type { UpstreamFailure } from "../../src/call/upstream-failure.ts";

/** What one request to an upstream came to. Instants are virtual, in milliseconds. */
export interface Exchange {
  readonly call: number;
  readonly route: string;
  readonly startedAtMs: number;
  /** The delivered text that it was asked to continue. */
  readonly continuedText: string | undefined;
  /** Whether the breaker was half-open when it began. */
  readonly probe: boolean;
  opened: boolean;
  /** When the engine told it to stop. */
  abortedAtMs: number | undefined;
  /** The failure that it told the engine while it was still wanted. */
  failure: UpstreamFailure | undefined;
  /** Whether it said its finish reason while it was still wanted. */
  finished: boolean;
  /** When it ended without an end, or threw, while it was still wanted. */
  brokeAtMs: number | undefined;
  /** Latest content and its kind. */
  contentAtMs: number;
  phase: "firstProgress" | "text" | "tool" | "reasoning";
  /** Whether a piece of a tool call was taken while it was still wanted. */
  toolCallBegun: boolean;
}
