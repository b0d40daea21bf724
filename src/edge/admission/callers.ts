/** Finds the configured caller by the key that came with a call. */

import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import type { Caller } from "../../call/caller-scope.ts";
import { CallRefused, type Refusal } from "../../call/refusal.ts";

/** Most of the server's places and memory that one of several callers may have: the others find the rest. */
const SHARE_OF_ONE = 0.5;

/** When a caller at its limit may ask again, in milliseconds. */
const LIMIT_RETRY_MS = 1_000;

/** A caller as it is configured. */
export interface CallerSettings extends Caller {
  /** The key itself. Only its digest is kept. */
  readonly apiKey: string;
  /** Most calls at the same time; undefined means its share of the server's places. */
  readonly maxConcurrency: number | undefined;
}

/** Whose call it is. */
export interface KnownCaller {
  /** Undefined where no callers are configured. */
  readonly caller: Caller | undefined;
  /** Most of the server's places and memory that it may have, from 0 to 1. */
  readonly share: number;
  /** Most calls at the same time; undefined means its share. */
  readonly maxConcurrency: number | undefined;
}

/** Who may call. */
export interface Callers {
  /** Whether anybody may call, without a key. */
  readonly isOpen: boolean;
  /** Finds the caller whose key is in `headers`. Throws `CallRefused` if there is no such key. */
  identify(headers: IncomingHttpHeaders): KnownCaller;
  /**
   * Takes one of the `maxCalls` places of the server for a call. Returns the function that gives it back, to be called
   * once. Throws `CallRefused` if the caller has no place left.
   */
  enter(known: KnownCaller, maxCalls: number): () => void;
}

interface KeyedCaller extends KnownCaller {
  readonly digest: Buffer;
}

const anyone: KnownCaller = { caller: undefined, share: 1, maxConcurrency: undefined };
const anybody: Callers = { isOpen: true, identify: () => anyone, enter: () => () => {} };

/** Running calls by the name of their caller: a new configuration does not begin to count anew. */
export class CallCounts {
  readonly #counts = new Map<string, number>();

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  add(name: string, count: 1 | -1): void {
    const sum = this.of(name) + count;
    if (sum === 0) this.#counts.delete(name);
    else this.#counts.set(name, sum);
  }
}

/** Creates the table of callers. An empty list lets anybody in, without a key. */
export function createCallers(settings: readonly CallerSettings[], counts: CallCounts = new CallCounts()): Callers {
  if (settings.length === 0) return anybody;
  const share = settings.length === 1 ? 1 : SHARE_OF_ONE;
  const keyed = settings.map(({ name, scope, apiKey, maxConcurrency }): KeyedCaller => {
    return { caller: { name, scope }, share, maxConcurrency, digest: digestOf(apiKey) };
  });
  return {
    isOpen: false,
    identify: (headers) => findCaller(keyed, keyOf(headers)),
    enter({ caller, maxConcurrency }, maxCalls) {
      const name = caller?.name ?? "";
      const most = maxConcurrency ?? Math.max(1, Math.floor(maxCalls * share));
      if (counts.of(name) >= most) throw new CallRefused(callerLimit(name, most, maxConcurrency !== undefined));
      counts.add(name, 1);
      return () => counts.add(name, -1);
    },
  };
}

function findCaller(keyed: readonly KeyedCaller[], key: string | undefined): KnownCaller {
  if (key === undefined) throw new CallRefused(keylessRefusal);
  const digest = digestOf(key);
  // Looks at every caller, so that the time does not tell which one came close.
  const found = keyed.filter((one) => timingSafeEqual(one.digest, digest))[0];
  if (found === undefined) throw new CallRefused(unknownKeyRefusal);
  return found;
}

function keyOf(headers: IncomingHttpHeaders): string | undefined {
  const bearer = /^bearer +(\S+) *$/i.exec(headers.authorization ?? "")?.[1];
  if (bearer !== undefined) return bearer;
  const plain = headers["x-api-key"];
  return typeof plain === "string" && plain !== "" ? plain : undefined;
}

function digestOf(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}

const keylessRefusal: Refusal = {
  reason: ErrorReason.CALLER_UNKNOWN,
  message: "the call has no key: send it as `authorization: Bearer KEY`",
};

const unknownKeyRefusal: Refusal = {
  reason: ErrorReason.CALLER_UNKNOWN,
  message: "the key is not one of a configured caller",
};

function callerLimit(name: string, most: number, isConfigured: boolean): Refusal {
  const limit = isConfigured ? "its max_concurrency" : "its share of the server's max_concurrent_calls";
  const message = `caller ${name} has ${most} calls running, ${limit}`;
  return { reason: ErrorReason.CALLER_LIMIT, message, retryAfterMs: LIMIT_RETRY_MS };
}
