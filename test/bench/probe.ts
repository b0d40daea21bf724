/**
 * Loaded before each process of the bench: tells what the process has used so far, read inside it and so in the same
 * way everywhere, and ends it when the bench is gone. Needs `--expose-gc`.
 */

import { answerParent, type Question } from "./answer-parent.ts";

/** Asks for the use so far. */
export interface UseQuestion extends Question {
  readonly kind: "use";
  /** Whether garbage is collected first. */
  readonly collect: boolean;
}

/** What a process has used so far. */
export interface Use {
  /** CPU of all threads, in milliseconds. */
  readonly cpuMs: number;
  /** Resident memory. */
  readonly rssBytes: number;
  /** Memory that is reachable, inside and outside of the heap, if garbage was collected. */
  readonly liveBytes: number;
}

/** What one collection finalises, the next one frees. */
const COLLECTIONS = 2;

/** Freed pages go back to the system a little after a collection. */
const SETTLE_MS = 300;

answerParent<UseQuestion>("use", async ({ collect }): Promise<Use> => {
  if (collect) {
    for (let turn = 0; turn < COLLECTIONS; turn++) {
      globalThis.gc?.();
      await new Promise((resolve) => {
        setTimeout(resolve, SETTLE_MS);
      });
    }
  }
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { cpuMs: (user + system) / 1_000, rssBytes: rss, liveBytes: heapUsed + external };
});
process.once("disconnect", () => process.exit());
// The channel alone keeps no process running.
process.channel?.unref();
