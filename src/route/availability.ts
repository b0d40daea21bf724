/** Says whether a route can be used now, as `RouteService` shows it. */

import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import {
  type Availability,
  AvailabilitySchema,
  Availability_State as AvailabilityState,
  BreakerState,
} from "../../gen/ts/understudy/v1/route_service_pb.ts";
import { SkipReason } from "../../gen/ts/understudy/v1/routing_pb.ts";
import type { Places } from "./admission.ts";
import type { Breaker } from "./breaker.ts";
import { epochMs } from "./epoch-ms.ts";
import type { Hold } from "./hold.ts";

/** What the protections of a route say together. */
export interface ProtectionState {
  /** The first reason not to call the route. */
  readonly hold: Hold | undefined;
  /** Whether one call at a time tests the route. */
  readonly probing: boolean;
  readonly breaker: Breaker["state"];
  readonly places: Places;
}

const BREAKER_STATES: Record<Breaker["state"], BreakerState> = {
  closed: BreakerState.CLOSED,
  open: BreakerState.OPEN,
  "half-open": BreakerState.HALF_OPEN,
};

/** The overall state. */
export function availabilityState({ hold, probing }: ProtectionState): AvailabilityState {
  if (hold === undefined) return probing ? AvailabilityState.PROBING : AvailabilityState.AVAILABLE;
  if (hold.probing) return AvailabilityState.PROBING;
  switch (hold.reason) {
    case SkipReason.ISOLATED:
      return AvailabilityState.ISOLATED;
    case SkipReason.DISABLED:
      return AvailabilityState.DISABLED;
    case SkipReason.BREAKER_OPEN:
      return AvailabilityState.OPEN;
    case SkipReason.COOLING_DOWN:
      return AvailabilityState.COOLING_DOWN;
    case SkipReason.SILENT:
      return AvailabilityState.SILENT;
    default:
      return AvailabilityState.FULL;
  }
}

/** Builds the availability of a route that is in its overall state since `sinceMs`, in milliseconds since the epoch. */
export function makeAvailability(protection: ProtectionState, sinceMs: number): Availability {
  const { hold, places } = protection;
  const state = availabilityState(protection);
  const availability = create(AvailabilitySchema, {
    state,
    cause: hold?.cause ?? (state === AvailabilityState.PROBING ? "the next call tests whether the route works" : ""),
    since: timestampFromMs(sinceMs),
    breakerState: BREAKER_STATES[protection.breaker],
    inFlightCount: places.inFlightCount,
    waitingCount: places.waitingCount,
    maxConcurrency: places.maxConcurrency,
    maxConcurrencyOrigin: places.maxConcurrencyOrigin,
  });
  if (hold?.untilMs !== undefined) availability.until = timestampFromMs(epochMs(hold.untilMs));
  return availability;
}
