/** Reads a request in whole messages, within its time, its size and the memory of all requests. */

import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { CallRefused, type Refusal } from "../../call/refusal.ts";
import { abandon, type Exchange, isClosed } from "../port/exchange.ts";
import { BYTES_PER_PIECE, MAX_PIECES, PieceCount } from "../port/piece-count.ts";
import { awaitTurn, isLarge } from "./large-turns.ts";
import { MessageAssembler } from "./message-assembler.ts";
import type { RequestBytes } from "./request-memory.ts";
import type { UnfinishedRequests } from "./unfinished-requests.ts";

const piecesRefusal: Refusal = {
  reason: ErrorReason.TOO_LARGE,
  message: `the request comes in too many pieces, more than ${MAX_PIECES} and one for each ${BYTES_PER_PIECE} bytes; send larger ones`,
};

/** How much may come, and how long it may take. */
export interface SizeLimits {
  /** Most bytes of a message. */
  readonly maxMessageBytes: number;
  /** Most bytes of the whole body. */
  readonly maxBodyBytes: number;
  /** Why more is not taken. */
  readonly tooLarge: Refusal;
  /** Longest time until the whole request is there, in milliseconds; then the exchange is abandoned. */
  readonly timeoutMs: number;
}

export interface ReadOptions extends SizeLimits {
  /** Whether each message has an envelope before it; else the whole body is one. */
  readonly enveloped: boolean;
  readonly held: RequestBytes;
  readonly unfinished: UnfinishedRequests;
}

/**
 * Passes on the messages of a request, each in one piece with its envelope. Throws `CallRefused` with `TOO_LARGE`,
 * `OVERLOADED` or `CALLER_LIMIT`.
 */
export async function* readMessages(exchange: Exchange, options: ReadOptions): AsyncGenerator<Uint8Array> {
  const reader = new MessageReader(exchange, options);
  try {
    for (let message = await reader.next(); message !== undefined; message = await reader.next()) {
      if (isLarge(message)) await awaitTurn();
      yield message;
    }
  } finally {
    reader.close();
  }
}

type State = { readonly kind: "arriving" | "arrived" } | { readonly kind: "failed"; readonly error: Error };

class MessageReader {
  readonly #exchange: Exchange;
  readonly #options: ReadOptions;
  readonly #assembler: MessageAssembler;
  readonly #ready: Uint8Array[] = [];
  readonly #timer: NodeJS.Timeout;
  readonly #finish: () => void;
  readonly #pieces = new PieceCount();
  #state: State = { kind: "arriving" };
  #wake: () => void = () => {};

  constructor(exchange: Exchange, options: ReadOptions) {
    const { held, unfinished, timeoutMs } = options;
    this.#exchange = exchange;
    this.#options = options;
    this.#assembler = new MessageAssembler({ ...options, reserve: (bytes) => held.take(bytes) });
    this.#timer = setTimeout(() => abandon(exchange), timeoutMs);
    this.#finish = unfinished.begin((refusal) => {
      held.release();
      this.#refuse(refusal);
    });
    const { request } = exchange;
    request.on("data", this.#onData);
    request.on("end", this.#onEnd);
    request.on("close", this.#onClose);
    if (isClosed(exchange.response)) this.#onClose();
  }

  /** The next message; undefined behind the last. */
  async next(): Promise<Uint8Array | undefined> {
    while (this.#ready.length === 0 && this.#state.kind === "arriving") {
      this.#exchange.request.resume();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#state.kind === "failed") throw this.#state.error;
    return this.#ready.shift();
  }

  /** Leaves the request where it is: destroying it would take the response with it. */
  close(): void {
    clearTimeout(this.#timer);
    this.#finish();
    const { request } = this.#exchange;
    request.off("data", this.#onData);
    request.off("end", this.#onEnd);
    request.off("close", this.#onClose);
    request.pause();
  }

  readonly #onData = (piece: Uint8Array): void => {
    this.#pieces.add(piece);
    const { maxBodyBytes, tooLarge } = this.#options;
    if (this.#pieces.bytes > maxBodyBytes) return this.#refuse(tooLarge);
    if (this.#pieces.isTooMany) return this.#refuse(piecesRefusal);
    const refusal = this.#assembler.add(piece, this.#ready);
    if (refusal !== undefined) return this.#refuse(refusal);
    if (this.#ready.length === 0) return;
    // More comes only where a client streams: when it is asked for.
    this.#exchange.request.pause();
    this.#wake();
  };

  readonly #onEnd = (): void => {
    if (this.#state.kind !== "arriving") return;
    const rest = this.#assembler.rest();
    if (rest !== undefined) this.#ready.push(rest);
    this.#settle({ kind: "arrived" });
  };

  readonly #onClose = (): void => this.#settle({ kind: "failed", error: new Error("the client left") });

  #refuse(refusal: Refusal): void {
    this.#settle({ kind: "failed", error: new CallRefused(refusal) });
  }

  // arriving -> arrived, failed: the first counts.
  #settle(state: State): void {
    if (this.#state.kind !== "arriving") return;
    this.#state = state;
    clearTimeout(this.#timer);
    this.#finish();
    this.#wake();
  }
}
