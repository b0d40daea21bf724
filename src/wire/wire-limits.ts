/** The limits of outbound HTTP, each with its reason. */

/** Idle connections are kept this long, in milliseconds: a warm one saves the handshake before the first token. */
export const IDLE_CONNECTION_MS = 30_000;

/**
 * A connection that is still being made is given up after this, in milliseconds, even if nobody waits for it any more:
 * a caller that stops waiting leaves it to the pool, where it may serve the next request.
 */
export const ABANDONED_CONNECT_MS = 30_000;

/** Bytes of a body that wait to be read before the upstream is paused. A slow reader must not fill the memory. */
export const UNREAD_BODY_BYTES = 256 * 1024;

/**
 * Time and bytes for the rest of a body that nobody needs. Reading it frees the connection for the next request; an
 * upstream that keeps talking is cut off instead.
 */
export const DISCARD_MS = 100;
export const DISCARD_BYTES = 64 * 1024;

/** Largest line of an event stream. The longest honest ones hold an encrypted reasoning block. */
export const EVENT_LINE_BYTES = 1024 * 1024;

/** Largest event of an event stream, in UTF-16 units. */
export const EVENT_LENGTH = 4 * 1024 * 1024;

/** Largest event stream: far above the longest answer that any model gives. */
export const EVENT_STREAM_BYTES = 64 * 1024 * 1024;

/** Largest answer that comes as one JSON document. */
export const WHOLE_ANSWER_BYTES = 8 * 1024 * 1024;

/** Bytes and time spent on the body of an error. What decides stands at its beginning. */
export const ERROR_BODY_BYTES = 64 * 1024;
export const ERROR_BODY_MS = 3_000;
