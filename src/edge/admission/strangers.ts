/** What anybody may ask without a key, and how much of it: health, reflection, and what tells that a key is needed. */

import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { CallRefused, type Refusal } from "../../call/refusal.ts";
import { abandon, type Exchange } from "../port/exchange.ts";
import type { QueueLimits } from "./admission-queue.ts";
import { checkHeader } from "./call-gate.ts";
import type { SizeLimits } from "./read-messages.ts";

/** The limits of those who have shown no key. */
export const STRANGER_LIMITS = {
  /** Largest message in bytes: a question of reflection names one file or symbol. */
  maxMessageBytes: 4 * 1024,
  /** Most bytes of one stream of questions: grpcurl asks a dozen. */
  maxBodyBytes: 64 * 1024,
  /** Most exchanges of one connection at once: grpcurl needs two, and a balancer one. */
  maxExchangesPerConnection: 16,
  /** Most exchanges at once; then the oldest makes room. With the largest requests they hold 2 MiB. */
  maxExchanges: 512,
  /** Most exchanges of one connection that watch. A client watches one service, for its whole connection. */
  maxWatchesPerConnection: 4,
  /** Most exchanges that watch: a few balancers with a few connections each. */
  maxWatches: 256,
  /** Longest exchange that does not watch, and longest time for a question to arrive, in milliseconds. */
  timeoutMs: 10_000,
} as const;

/** The line of strangers: refusing them takes its turn too, beside the calls of those who have a key. */
export const STRANGER_QUEUE_LIMITS: QueueLimits = {
  startsPerTurn: 8,
  maxWaiting: STRANGER_LIMITS.maxExchanges,
  maxOverloaded: 8,
  patienceMs: STRANGER_LIMITS.timeoutMs,
  burstMs: 2_000,
};

/** Why a stranger is not answered. */
const tooManyRefusal: Refusal = {
  reason: ErrorReason.OVERLOADED,
  message: "there are too many questions without a key; ask later",
  retryAfterMs: 1_000,
  isCommon: true,
};

export interface Strangers {
  /** Takes a place for a question until its response is closed. Throws `CallRefused`. */
  ask(exchange: Exchange, watches: boolean): void;
  /** Takes a place for a call that will be told why it is refused. Throws `CallRefused` with another reason. */
  tell(exchange: Exchange): void;
}

/** Creates the count of strangers' exchanges. */
export function createStrangers(): Strangers {
  const questions = new Places(STRANGER_LIMITS.maxExchangesPerConnection, STRANGER_LIMITS.maxExchanges);
  const watches = new Places(STRANGER_LIMITS.maxWatchesPerConnection, STRANGER_LIMITS.maxWatches);
  const take = (exchange: Exchange, isWatch: boolean): void => {
    checkHeader(exchange.request, exchange.generation.limits.maxHeaderBytes);
    const places = isWatch ? watches : questions;
    if (places.isFullFor(exchange)) throw new CallRefused(tooManyRefusal);
    if (places.isFull) {
      if (isWatch) throw new CallRefused(tooManyRefusal);
      // Whoever waits for the longest is the least likely to be a balancer that asks whether the server is well.
      places.abandonOldest();
    }
    places.take(exchange);
    if (!isWatch) endInTime(exchange);
  };
  return {
    ask(exchange, isWatch) {
      const bodyBytes = Number(exchange.request.headers["content-length"] ?? 0);
      if (bodyBytes > STRANGER_LIMITS.maxBodyBytes) throw new CallRefused(STRANGER_SIZES.tooLarge);
      take(exchange, isWatch);
    },
    tell: (exchange) => take(exchange, false),
  };
}

/** The sizes of a stranger's request. */
export const STRANGER_SIZES: SizeLimits = {
  ...STRANGER_LIMITS,
  tooLarge: {
    reason: ErrorReason.TOO_LARGE,
    message: `the request has more than ${STRANGER_LIMITS.maxMessageBytes} bytes, the most that is taken without a key`,
  },
};

function endInTime(exchange: Exchange): void {
  const timer = setTimeout(() => abandon(exchange), STRANGER_LIMITS.timeoutMs);
  exchange.response.once("close", () => clearTimeout(timer));
}

/** Places, of which one connection can have some. */
class Places {
  readonly #mostOfOne: number;
  readonly #most: number;
  /** Oldest first. */
  readonly #taken = new Set<Exchange>();
  readonly #countOf = new WeakMap<object, number>();

  constructor(mostOfOne: number, most: number) {
    this.#mostOfOne = mostOfOne;
    this.#most = most;
  }

  get isFull(): boolean {
    return this.#taken.size >= this.#most;
  }

  isFullFor(exchange: Exchange): boolean {
    return (this.#countOf.get(exchange.connection) ?? 0) >= this.#mostOfOne;
  }

  take(exchange: Exchange): void {
    const connection = exchange.connection;
    this.#taken.add(exchange);
    this.#add(connection, 1);
    exchange.response.once("close", () => {
      this.#taken.delete(exchange);
      this.#add(connection, -1);
    });
  }

  abandonOldest(): void {
    const [oldest] = this.#taken;
    if (oldest === undefined) return;
    // Its response closes a moment later; until then it must not be chosen again.
    this.#taken.delete(oldest);
    abandon(oldest);
  }

  #add(connection: object, count: 1 | -1): void {
    this.#countOf.set(connection, (this.#countOf.get(connection) ?? 0) + count);
  }
}
