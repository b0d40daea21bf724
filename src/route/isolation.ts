/** Takes a route out of service on an operator's word. */

import { SkipReason } from "../../gen/ts/understudy/v1/routing_pb.ts";
import type { Hold } from "./hold.ts";

/** Whether an operator took the route out of service. */
export interface Isolation {
  /** Why no call is let through now. */
  hold(): Hold | undefined;
  /** Isolates until `untilMs`, by `performance.now()`; undefined means until `restore`. A later word replaces this one. */
  isolate(reason: string, untilMs: number | undefined): void;
  restore(): void;
  /** Calls `listener` at every isolation until the returned function is called. For attempts that run. */
  onIsolated(listener: (reason: string) => void): () => void;
}

/** Creates the state of a route in service. */
export function createIsolation(): Isolation {
  let current: { readonly reason: string; readonly untilMs: number | undefined } | undefined;
  const listeners = new Set<(reason: string) => void>();
  return {
    hold() {
      if (current === undefined) return undefined;
      if (current.untilMs !== undefined && performance.now() >= current.untilMs) return undefined;
      return { reason: SkipReason.ISOLATED, cause: current.reason, untilMs: current.untilMs, probing: false };
    },
    isolate(reason, untilMs) {
      current = { reason: reason === "" ? "taken out of service" : reason, untilMs };
      for (const listener of Array.from(listeners)) listener(current.reason);
    },
    restore() {
      current = undefined;
    },
    onIsolated(listener) {
      // A wrapper of its own, so that two attempts may give the same function.
      const entry = (reason: string): void => listener(reason);
      listeners.add(entry);
      return () => {
        listeners.delete(entry);
      };
    },
  };
}
