/** Finds the configured caller by the key that came with a call. */

import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import type { Caller } from "../../call/caller-scope.ts";
import { CallRefused } from "../../call/refusal.ts";

/** A caller as it is configured. */
export interface CallerSettings extends Caller {
  /** The key itself. Only its digest is kept. */
  readonly apiKey: string;
  /** Most calls at the same time; undefined means no limit of its own. */
  readonly maxConcurrency: number | undefined;
}

/** A place among the calls of a caller. */
export interface CallerPlace {
  /** Undefined where no callers are configured. */
  readonly caller: Caller | undefined;
  /** Gives the place back. Called once. */
  leave(): void;
}

/** Who may call. */
export interface Callers {
  /** Takes a place for the caller whose key is in `headers`. Throws `CallRefused` if there is no such key or no place. */
  enter(headers: IncomingHttpHeaders): CallerPlace;
}

interface KnownCaller {
  readonly caller: Caller;
  readonly digest: Buffer;
  readonly maxConcurrency: number;
}

const anybody: Callers = { enter: () => ({ caller: undefined, leave: () => {} }) };

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
  const known = settings.map(makeKnownCaller);
  return {
    enter(headers) {
      const { caller, maxConcurrency } = findCaller(known, keyOf(headers));
      if (counts.of(caller.name) >= maxConcurrency) throw callerLimit(caller.name, maxConcurrency);
      counts.add(caller.name, 1);
      return { caller, leave: () => counts.add(caller.name, -1) };
    },
  };
}

function makeKnownCaller({ name, scope, apiKey, maxConcurrency }: CallerSettings): KnownCaller {
  return {
    caller: { name, scope },
    digest: digestOf(apiKey),
    maxConcurrency: maxConcurrency ?? Number.POSITIVE_INFINITY,
  };
}

function findCaller(known: readonly KnownCaller[], key: string | undefined): KnownCaller {
  if (key === undefined) throw unknownCaller("the call has no key: send it as `authorization: Bearer KEY`");
  const digest = digestOf(key);
  // Looks at every caller, so that the time does not tell which one came close.
  const found = known.filter((one) => timingSafeEqual(one.digest, digest))[0];
  if (found === undefined) throw unknownCaller("the key is not one of a configured caller");
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

function unknownCaller(message: string): CallRefused {
  return new CallRefused({ reason: ErrorReason.CALLER_UNKNOWN, message });
}

function callerLimit(name: string, maxConcurrency: number): CallRefused {
  const message = `caller ${name} has ${maxConcurrency} calls running, its max_concurrency`;
  return new CallRefused({ reason: ErrorReason.CALLER_LIMIT, message });
}
