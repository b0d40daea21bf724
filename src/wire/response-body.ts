/** The body of one response, read piece by piece. */

import type { Dispatcher } from "undici";
import { DISCARD_BYTES, DISCARD_MS, UNREAD_BODY_BYTES } from "./wire-limits.ts";

/**
 * How a body ends: `end` by its own framing, `cut` because the connection broke, `unreadable` because it cannot be
 * unpacked, `aborted` because this side closed it.
 */
export type BodyEnding = "end" | "cut" | "unreadable" | "aborted";

/** What a body tells its connection. */
export type BodyController = Pick<Dispatcher.DispatchController, "paused" | "pause" | "resume" | "abort">;

/**
 * Holds what came and was not read yet, at most a little over `UNREAD_BODY_BYTES`; the upstream waits meanwhile. One
 * reader at a time.
 */
export class ResponseBody {
  readonly #controller: BodyController;
  readonly #detachSignal: () => void;
  #unread: Buffer[] = [];
  #unreadBytes = 0;
  #ending: BodyEnding | undefined;
  #wakeReader: ((piece: Buffer | BodyEnding) => void) | undefined;
  #discardTimer: NodeJS.Timeout | undefined;
  #discardedBytes = 0;

  /** `detachSignal` stops the caller's signal from closing the connection. */
  constructor(controller: BodyController, detachSignal: () => void) {
    this.#controller = controller;
    this.#detachSignal = detachSignal;
  }

  /** The next bytes, or how the body ended. Never rejects. */
  read(): Promise<Buffer | BodyEnding> {
    const chunk = this.#unread.shift();
    if (chunk !== undefined) {
      this.#unreadBytes -= chunk.length;
      if (this.#unreadBytes < UNREAD_BODY_BYTES && this.#controller.paused) this.#controller.resume();
      return Promise.resolve(chunk);
    }
    if (this.#ending !== undefined) return Promise.resolve(this.#ending);
    return new Promise((resolve) => {
      this.#wakeReader = resolve;
    });
  }

  /** Waits for the first bytes and leaves them to be read; undefined if the body ends without any. */
  async peek(): Promise<Buffer | undefined> {
    const piece = await this.read();
    if (typeof piece === "string") return undefined;
    this.#unread.unshift(piece);
    this.#unreadBytes += piece.length;
    return piece;
  }

  /** Takes bytes from the connection. */
  push(chunk: Buffer): void {
    if (this.#ending !== undefined) return;
    if (this.#discardTimer !== undefined) {
      this.#discardedBytes += chunk.length;
      if (this.#discardedBytes > DISCARD_BYTES) this.close();
      return;
    }
    if (this.#wakeReader !== undefined) {
      this.#wake(chunk);
      return;
    }
    this.#unread.push(chunk);
    this.#unreadBytes += chunk.length;
    if (this.#unreadBytes >= UNREAD_BODY_BYTES) this.#controller.pause();
  }

  /** Takes the end from the connection. The first ending counts. */
  settle(ending: BodyEnding): void {
    if (this.#ending !== undefined) return;
    this.#ending = ending;
    this.#detachSignal();
    clearTimeout(this.#discardTimer);
    if (ending === "aborted") this.#unread = [];
    if (this.#wakeReader !== undefined) this.#wake(ending);
  }

  /** Closes the connection at once, unless the body has ended. */
  close(): void {
    if (this.#ending !== undefined) return;
    this.settle("aborted");
    this.#controller.abort(new Error("the response is not needed any more"));
  }

  /** Passes over the rest of the body so that the connection can be used again; closes it if that takes long. */
  discard(): void {
    if (this.#ending !== undefined || this.#discardTimer !== undefined) return;
    this.#detachSignal();
    this.#discardTimer = setTimeout(() => this.close(), DISCARD_MS);
    this.#discardedBytes = this.#unreadBytes;
    this.#unread = [];
    this.#unreadBytes = 0;
    if (this.#controller.paused) this.#controller.resume();
  }

  #wake(piece: Buffer | BodyEnding): void {
    const wakeReader = this.#wakeReader;
    this.#wakeReader = undefined;
    wakeReader?.(piece);
  }
}
