/** One answer with a success status as batches of events, whichever form its body has. */

import type { UpstreamEvent } from "../call/upstream.ts";

export interface Answer {
  /** The events of the last `advance`. The list is used again by the next one. */
  readonly events: readonly UpstreamEvent[];
  /** Waits for more of the body and fills `events`. False at the end: `events` is then empty. */
  advance(): Promise<boolean>;
}

/** What is told of a compressed answer that is none. */
export const UNREADABLE = "sent a compressed answer that cannot be unpacked";

/** Bytes came that are not content. */
export const ALIVE: UpstreamEvent = { kind: "alive" };
