/** A way in: one protocol, or one plain HTTP API, behind the port. */

import type { Caller } from "../../call/caller-scope.ts";
import type { Refusal } from "../../call/refusal.ts";
import type { CallEntry, FollowedCall } from "../admission/call-trail.ts";
import type { RequestBytes } from "../admission/request-memory.ts";
import type { Exchange } from "../port/exchange.ts";

export interface Door {
  /** Headers of its answers that pages of other origins may read. */
  readonly exposedHeaders: readonly string[];
  /** What answers at a path; undefined if the path is another door's. */
  find(path: string): Entrance | undefined;
}

/** What answers at one path. Its functions never throw. */
export type Entrance = OpenEntrance | GatedEntrance;

interface AnyEntrance {
  /** Answers why nothing starts. As cheap as it can be: it is used when there is too much to do. */
  refuse(exchange: Exchange, refusal: Refusal): void;
}

/** Answers strangers too, at any time, within their own limits. */
export interface OpenEntrance extends AnyEntrance {
  readonly kind: "open";
  /** Whether an answer goes on for as long as the client listens. */
  readonly watches: boolean;
  answer(exchange: Exchange, held: RequestBytes): void;
}

/** Answers calls, once they are admitted. */
export interface GatedEntrance extends AnyEntrance {
  readonly kind: "gated";
  /** What records say of a call before anything of it is read. */
  describe(requestId: string, contentType: string | undefined): CallEntry;
  answer(call: AdmittedCall): void;
}

/** A call that has its place. */
export interface AdmittedCall {
  readonly exchange: Exchange;
  /** Undefined where no callers are configured. */
  readonly caller: Caller | undefined;
  readonly trail: FollowedCall;
  /** The memory of its request. */
  readonly held: RequestBytes;
}

/** Finds what answers at a path. */
export function findEntrance(doors: readonly Door[], path: string): Entrance {
  for (const door of doors) {
    const entrance = door.find(path);
    if (entrance !== undefined) return entrance;
  }
  throw new Error("the last door answers every path");
}
