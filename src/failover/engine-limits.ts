/** The engine's own limits, each with its reason. */

/** Longest wait for a place on a full route: shorter than a human's patience, longer than a short answer. */
export const MAX_ADMISSION_WAIT_MS = 2_000;

/** What the next route keeps of the remaining time while an earlier one has not begun to answer. */
export const NEXT_ROUTE_RESERVE_MS = 5_000;

/** An attempt that has less time than this cannot succeed: connecting and the first token take longer. */
export const MIN_ATTEMPT_TIME_MS = 100;

/** A server error that came faster than this was not preceded by work, so asking again at once is cheap. */
export const QUICK_FAILURE_MS = 2_000;

/** First pause before a retry on the same route, doubled nowhere: there is one retry. Jitter adds up to as much. */
export const RETRY_PAUSE_MS = 50;

/** Below this many tokens, and this share of an answer, a continuation costs more than it adds. */
export const MIN_CONTINUATION_TOKENS = 16;
export const MIN_CONTINUATION_SHARE = 0.1;

/** Largest answer that is held back. */
export const MAX_HELD_BYTES = 4 * 1024 * 1024;

/** Nothing but white space, or one piece again and again, for so many characters is no answer any more. */
export const MAX_REPEATED_CHARACTERS = 4 * 1024;

/** Largest tool calls of one answer together. They are delivered whole, and gRPC clients take 4 MiB a message. */
export const MAX_TOOL_CALL_CHARACTERS = 3 * 1024 * 1024;

/** Text that waits for a client that reads slowly; past it the upstream is no longer read. */
export const MAX_OUTBOX_BYTES = 64 * 1024;

/** A sign of life for balancers that close idle streams, most of them after 60 s, some after 15 s. */
export const HEARTBEAT_INTERVAL_MS = 10_000;

/** A timer that fires this late says that this process was busy, not that the upstream was silent. */
export const LAG_TOLERANCE_MS = 50;

/** Text is measured from here on, in windows of this length. */
export const SLOW_WINDOW_START_MS = 15_000;
export const SLOW_WINDOW_MS = 15_000;

/** After a lag of this process as long as this, no silence of before says anything of a route. */
export const SILENT_ROUTE_LAG_MS = 250;

/** What is left of a running attempt's confirm limit while its whole route is silent. */
export const SILENT_ROUTE_SHARE = 0.5;

/** Most fields that one attempt is asked again without: who refuses a third one does not take the request. */
export const MAX_ADJUSTMENTS = 2;

/** A loser of a larger request costs more than a hedge gains: its input is billed in full. */
export const MAX_HEDGED_INPUT_TOKENS = 32_000;
