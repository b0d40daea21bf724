/** Lets calls come back to a route one after the other when its rest ends, because all at once would end in the next one. */

/** An attempt that began since the latest rest. */
export interface Returning {
  /** The level of the comeback at which it began. */
  readonly level: number;
  /** Whether it has proved anything yet. */
  proved: boolean;
}

/** The attempts since the latest rest. Every other limit holds beside this one. */
export interface Comeback {
  /** How many more may begin now; infinite without a rest, and once as many ran as the route takes. */
  readonly room: number;
  /** A rest began. Attempts from before it count no more. */
  rested(): void;
  began(): Returning;
  /** Content of an attempt came: the limit doubles if it is the first that began at the present limit. */
  contentArrived(attempt: Returning): void;
  ended(attempt: Returning): void;
}

/** Creates the comeback of a route that has not rested; `fullLimit` gives the route's own limit. */
export function createComeback(fullLimit: () => number): Comeback {
  let level = 0;
  let limit = Number.POSITIVE_INFINITY;
  let running = new Set<Returning>();

  return {
    get room() {
      return limit - running.size;
    },
    rested() {
      // resting -> coming back: one attempt first
      level += 1;
      limit = 1;
      running = new Set();
    },
    began() {
      const attempt = { level, proved: false };
      if (limit !== Number.POSITIVE_INFINITY) running.add(attempt);
      return attempt;
    },
    contentArrived(attempt) {
      if (attempt.proved) return;
      attempt.proved = true;
      if (attempt.level !== level || limit === Number.POSITIVE_INFINITY) return;
      level += 1;
      limit *= 2;
      if (limit < fullLimit()) return;
      // coming back -> back
      limit = Number.POSITIVE_INFINITY;
      running.clear();
    },
    ended(attempt) {
      running.delete(attempt);
    },
  };
}
