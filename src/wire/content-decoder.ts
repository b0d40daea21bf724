/** Unpacks a compressed response. None is asked for, and some upstreams and proxies compress all the same. */

import type { Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from "node:zlib";
import type { Dispatcher } from "undici";
import type { BodyController, BodyEnding } from "./response-body.ts";

const DECODERS: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
  ["gzip", createGunzip],
  ["x-gzip", createGunzip],
  ["deflate", createInflate],
  ["br", createBrotliDecompress],
  ["zstd", createZstdDecompress],
]);

/** Where unpacked bytes go. */
export interface DecodedSink {
  push(chunk: Buffer): void;
  settle(ending: BodyEnding): void;
}

/** Whether a response with this `content-encoding` can be unpacked. One that is packed twice cannot. */
export function isDecodable(encoding: string | string[] | undefined): encoding is string {
  return typeof encoding === "string" && DECODERS.has(encoding.toLowerCase());
}

/** Unpacks one response as it comes, and lets the upstream wait while the reader does. */
export class ContentDecoder implements BodyController {
  readonly #stream: Transform;
  readonly #controller: Dispatcher.DispatchController;
  #ending: BodyEnding | undefined;

  constructor(encoding: string, controller: Dispatcher.DispatchController, sink: () => DecodedSink | undefined) {
    const create = DECODERS.get(encoding.toLowerCase());
    if (create === undefined) throw new Error(`${encoding} cannot be unpacked`);
    this.#stream = create();
    this.#controller = controller;
    this.#stream.on("data", (chunk: Buffer) => sink()?.push(chunk));
    this.#stream.on("drain", () => controller.resume());
    this.#stream.on("end", () => sink()?.settle(this.#ending ?? "end"));
    this.#stream.on("error", (error) => {
      // What was cut off cannot be unpacked to its end either.
      sink()?.settle(this.#ending === "cut" ? "cut" : "unreadable");
      controller.abort(error);
    });
  }

  get paused(): boolean {
    return this.#stream.isPaused();
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  abort(reason: Error): void {
    this.#stream.destroy();
    this.#controller.abort(reason);
  }

  /** Takes packed bytes from the connection. */
  push(chunk: Buffer): void {
    if (!this.#stream.write(chunk)) this.#controller.pause();
  }

  /** Takes the end from the connection. What came before it is unpacked first. */
  settle(ending: BodyEnding): void {
    this.#ending = ending;
    this.#stream.end();
  }
}
