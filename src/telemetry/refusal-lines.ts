/** Keeps floods of refused calls out of the log: some are told, the others counted. */

/** Calls refused at the door that have a line of their own, a second: enough to see who comes and why. */
const LINES_PER_SECOND = 20;

/** How many calls had each outcome. */
export type RefusalCounts = Readonly<Record<string, number>>;

export interface RefusalLines {
  /** Whether a call refused now has a line of its own. Otherwise it is counted under `outcome`. */
  readonly take: (outcome: string) => boolean;
}

/** Creates the count. `tell` gets, once a second, the calls that had no line. */
export function createRefusalLines(tell: (counts: RefusalCounts) => void): RefusalLines {
  let takenCount = 0;
  let counts: Record<string, number> = {};
  let isSecond = false;
  const endSecond = (): void => {
    isSecond = false;
    takenCount = 0;
    if (Object.keys(counts).length > 0) tell(counts);
    counts = {};
  };
  return {
    take(outcome) {
      if (!isSecond) setTimeout(endSecond, 1_000); // a process that ends waits for it: nothing is lost
      isSecond = true;
      takenCount += 1;
      if (takenCount <= LINES_PER_SECOND) return true;
      counts[outcome] = (counts[outcome] ?? 0) + 1;
      return false;
    },
  };
}
