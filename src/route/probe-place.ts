/** The one place for a call that tests whether a route works again. */

/**
 * Longest time that a probe keeps the place, in milliseconds. Ten minutes is the default limit of a whole call, so a
 * probe that is older than that was lost, and must not lock the route out.
 */
const PROBE_LIMIT_MS = 600_000;

/** Pieces of content that prove an upstream works. An answer can run for minutes; nobody waits for its end. */
const PROOF_CONTENT_COUNT = 32;

/** A call that tests the route. */
export interface Probe {
  readonly startedAtMs: number;
  contentCount: number;
}

/** The one place for a probe. */
export interface ProbePlace {
  readonly taken: boolean;
  /** Takes the place; undefined if it is taken. */
  take(): Probe | undefined;
  /** Frees the place. False if `probe` does not hold it any more: its verdict is stale. */
  release(probe: Probe): boolean;
  /** Counts a piece of content; true at the one that proves the upstream, if `probe` still holds the place. */
  contentArrived(probe: Probe): boolean;
  /** Takes the place away from whoever holds it. */
  clear(): void;
}

/** Creates a place that nobody holds. */
export function createProbePlace(): ProbePlace {
  let holder: Probe | undefined;
  const taken = (): boolean => holder !== undefined && performance.now() - holder.startedAtMs < PROBE_LIMIT_MS;
  return {
    get taken() {
      return taken();
    },
    take() {
      if (taken()) return undefined;
      holder = { startedAtMs: performance.now(), contentCount: 0 };
      return holder;
    },
    release(probe) {
      if (probe !== holder) return false;
      holder = undefined;
      return true;
    },
    contentArrived(probe) {
      probe.contentCount += 1;
      return probe.contentCount === PROOF_CONTENT_COUNT && probe === holder;
    },
    clear() {
      holder = undefined;
    },
  };
}
