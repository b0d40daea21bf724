/** Splits the bytes of a server-sent event stream into events, within limits. */

import { StringDecoder } from "node:string_decoder";
import { createParser, type EventSourceParser } from "eventsource-parser";
import { EVENT_LENGTH, EVENT_LINE_BYTES, EVENT_STREAM_BYTES } from "./wire-limits.ts";

/** Why a stream cannot be read on. */
export type EventStreamFault = "line too long" | "event too long" | "stream too long";

const LF = 10;
const CR = 13;

/** Reads one stream. Memory is bounded by the line and event limits, whatever comes. */
export class EventStream {
  readonly #decoder = new StringDecoder("utf8");
  readonly #parser: EventSourceParser;
  #bytes = 0;
  #lineBytes = 0;
  #fault: EventStreamFault | undefined;

  /** `onEvent` gets the data of each event and its name; undefined if it has none. */
  constructor(onEvent: (data: string, name: string | undefined) => void) {
    this.#parser = createParser({
      maxBufferSize: EVENT_LENGTH,
      onEvent: (event) => onEvent(event.data, event.event),
      onError: (error) => {
        if (error.type === "max-buffer-size-exceeded") this.#fault = "event too long";
      },
    });
  }

  /** Bytes that came so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes the next bytes. After a fault nothing more may be fed. */
  feed(chunk: Buffer): EventStreamFault | undefined {
    this.#bytes += chunk.length;
    if (this.#bytes > EVENT_STREAM_BYTES) return "stream too long";
    if (!this.#fitsLine(chunk)) return "line too long";
    this.#parser.feed(this.#decoder.write(chunk));
    return this.#fault;
  }

  /** Takes the end: an event whose blank line is missing is given out as well. Half a character is dropped. */
  end(): void {
    if (this.#fault === undefined) this.#parser.feed("\n\n");
  }

  #fitsLine(chunk: Buffer): boolean {
    let lineEnd = chunk.lastIndexOf(LF);
    if (lineEnd === -1) lineEnd = chunk.lastIndexOf(CR);
    if (lineEnd === -1) this.#lineBytes += chunk.length;
    else this.#lineBytes = chunk.length - lineEnd - 1;
    return this.#lineBytes <= EVENT_LINE_BYTES;
  }
}
