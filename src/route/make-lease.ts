/** Joins what each protection wants to know of an attempt into one lease. */

import type { Lease } from "../call/route.ts";
import type { Place } from "./admission.ts";
import type { BreakerLease } from "./breaker.ts";
import type { Cooldown } from "./cooldown.ts";
import type { DisablingLease } from "./disabling.ts";

/** The protections' own permissions for an attempt that begins now. */
export interface LeaseParts {
  readonly place: Place;
  readonly breaker: BreakerLease;
  readonly disabling: DisablingLease;
  readonly cooldown: Cooldown;
}

/** Builds the lease of an attempt that begins now. The first verdict counts and frees the place. */
export function makeLease({ place, breaker, disabling, cooldown }: LeaseParts): Lease {
  const admittedAtMs = performance.now();
  let ended = false;
  const end = (verdict: () => void): void => {
    if (ended) return;
    ended = true;
    verdict();
    place.leave();
  };
  return {
    ok: () =>
      end(() => {
        breaker.ok();
        disabling.ok();
        cooldown.succeeded(admittedAtMs);
      }),
    failed: () =>
      end(() => {
        breaker.failed();
        disabling.neutral();
      }),
    neutral: () =>
      end(() => {
        breaker.neutral();
        disabling.neutral();
      }),
    leave: () => place.leave(),
    contentArrived: (nowMs) => {
      if (ended) return;
      place.contentArrived();
      breaker.contentArrived(nowMs);
      disabling.contentArrived();
    },
    probe: breaker.probe || disabling.probe,
  };
}
