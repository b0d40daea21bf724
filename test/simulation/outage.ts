/** A primary that goes away under load and comes back: where calls start, and what the backup has to bear. */

import { BreakerState } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import type { UpstreamFailure } from "../../src/call/upstream-failure.ts";
import { Crowd, type CrowdCall } from "./crowd.ts";
import { openRoute } from "./open-route.ts";
import { createPacedUpstream, FINISHED, OPENED, type Pace, PIECE } from "./paced-upstream.ts";
import { seededRandom } from "./seeded-random.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** Requests per second. */
const RATE_PER_S = 50;
/** A healthy answer: first token after 0.5 s, 15 pieces, 2 s in all. */
const HEALTHY: readonly Pace[] = [
  [500, OPENED],
  ...Array.from({ length: 15 }, (): Pace => [100, PIECE]),
  [0, FINISHED],
];
/** Length of a healthy answer, in seconds. */
export const ANSWER_S = 2;

export interface Outage {
  readonly kind: "silence" | "errors";
  readonly fromMs: number;
  readonly untilMs: number;
  readonly endMs: number;
  /** Most attempts at the same time that the backup declares. */
  readonly backupCap: number | undefined;
  readonly seed: number;
}

export interface OutageResult {
  readonly calls: readonly CrowdCall[];
  /** Most attempts that ran on the backup at the same time. */
  readonly backupMostInFlight: number;
  /** When the breaker of the primary opened, in milliseconds. */
  readonly primaryOpenings: readonly number[];
  /** Requests that reached the primary during the outage. */
  readonly primaryRequests: number;
}

const DOWN: UpstreamFailure = {
  kind: "server-error",
  status: 503,
  code: "",
  upstreamRequestId: "",
  retryAfterMs: undefined,
  message: "answered 503",
};

/** Plays an outage of the primary. */
export async function playOutage(outage: Outage): Promise<OutageResult> {
  const random = seededRandom(outage.seed);
  const clock = new VirtualClock(random);
  clock.install();
  try {
    return await play(outage, clock, random);
  } finally {
    clock.restore();
  }
}

async function play(outage: Outage, clock: VirtualClock, random: () => number): Promise<OutageResult> {
  const { fromMs, untilMs, endMs, kind, backupCap } = outage;
  let primaryRequests = 0;
  const out = (): boolean => clock.nowMs >= fromMs && clock.nowMs < untilMs;
  function* paceOfPrimary(): Generator<Pace> {
    if (out()) {
      primaryRequests++;
      yield kind === "errors" ? [30, { kind: "failed", failure: DOWN }] : [Number.POSITIVE_INFINITY, OPENED];
      return;
    }
    for (const pace of HEALTHY) {
      // An outage also strikes answers that are under way.
      if (out())
        yield kind === "errors"
          ? [0, { kind: "failed", failure: { ...DOWN, kind: "cut" } }]
          : [Number.POSITIVE_INFINITY, OPENED];
      yield pace;
    }
  }
  const primaryOpenings: number[] = [];
  let state: BreakerState = BreakerState.CLOSED;
  const primary = openRoute({
    name: "primary",
    maxConcurrency: 512,
    random,
    upstream: createPacedUpstream(clock, paceOfPrimary),
    onChange: () => {
      const next = primary.describe().availability?.breakerState ?? BreakerState.CLOSED;
      if (next === BreakerState.OPEN && state === BreakerState.CLOSED) primaryOpenings.push(clock.nowMs);
      state = next;
    },
  });
  let backupMostInFlight = 0;
  const backup = openRoute({
    name: "backup",
    maxConcurrency: backupCap,
    random,
    upstream: createPacedUpstream(clock, () => HEALTHY),
    onChange: () => {
      const inFlight = backup.describe().availability?.inFlightCount ?? 0;
      backupMostInFlight = Math.max(backupMostInFlight, inFlight);
    },
  });
  const crowd = new Crowd(clock, [primary, backup], random);
  const startNext = (): void => {
    crowd.start();
    if (clock.nowMs < endMs) clock.after((1_000 / RATE_PER_S) * -Math.log(1 - random()), startNext);
  };
  clock.after(0, startNext);
  await clock.run(() => clock.nowMs >= endMs && crowd.running === 0, endMs + 700_000);
  primary.dispose();
  backup.dispose();
  return { calls: crowd.calls, backupMostInFlight, primaryOpenings, primaryRequests };
}
