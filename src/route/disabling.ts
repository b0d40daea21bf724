/** Turns a route off after an error of its key, bill or model. */

import { SkipReason } from "../../gen/ts/understudy/v1/routing_pb.ts";
import type { Hold } from "./hold.ts";
import { createProbePlace, type Probe } from "./probe-place.ts";

/** How long a route is off before one call may test it, in milliseconds: the mend is a person's work. */
const OFF_MS = 300_000;
/** Errors 403 in a row that turn a route off. A single one may concern the request: a region, a moderated text. */
const MAX_FORBIDDEN_IN_A_ROW = 3;

type State = { readonly kind: "on" } | { readonly kind: "off"; readonly cause: string; readonly untilMs: number };

/** Whether a route is off because of its key, bill or model. */
export interface Disabling {
  /** Whether the time is over and one call at a time tests the route. */
  readonly probing: boolean;
  /** Why no call is let through now. */
  hold(): Hold | undefined;
  /** Goes off; `forbidden` only at the third in a row, or at once if a test met it. */
  disable(kind: "at-once" | "forbidden", cause: string): void;
  /** Begins an attempt. Called only when `hold` gives no reason. */
  admit(): DisablingLease;
  /** Goes on again. */
  end(): void;
}

/** An attempt as far as disabling is concerned. */
export interface DisablingLease {
  /** The upstream accepted key, bill and model. */
  ok(): void;
  /** The attempt ended and says nothing about key, bill and model. */
  neutral(): void;
  /** A piece of content came: the 32nd of a test is its verdict `ok`. */
  contentArrived(): void;
  /** Whether the attempt tests whether the upstream works again. */
  readonly probe: boolean;
}

/** Creates the state of a route that is on. */
export function createDisabling(): Disabling {
  const probePlace = createProbePlace();
  let state: State = { kind: "on" };
  let forbiddenInARow = 0;

  const end = (): void => {
    // off -> on: a test succeeded, or an operator said so
    state = { kind: "on" };
    forbiddenInARow = 0;
    probePlace.clear();
  };
  const due = (): boolean => state.kind === "off" && performance.now() >= state.untilMs;

  return {
    end,
    get probing() {
      return due();
    },
    hold() {
      if (state.kind === "on") return undefined;
      const held = { reason: SkipReason.DISABLED, cause: state.cause };
      if (!due()) return { ...held, untilMs: state.untilMs, probing: false };
      return probePlace.taken ? { ...held, untilMs: undefined, probing: true } : undefined;
    },
    disable(kind, cause) {
      if (kind === "forbidden") forbiddenInARow += 1;
      if (kind === "forbidden" && state.kind === "on" && forbiddenInARow < MAX_FORBIDDEN_IN_A_ROW) return;
      // on -> off, and off -> off for another time
      state = { kind: "off", cause, untilMs: performance.now() + OFF_MS };
      probePlace.clear();
    },
    admit() {
      const probe = due() ? probePlace.take() : undefined;
      return probe === undefined ? leaseWhileOn() : leaseOfProbe(probe);
    },
  };

  function leaseWhileOn(): DisablingLease {
    return {
      ok: () => {
        forbiddenInARow = 0;
      },
      neutral: () => undefined,
      contentArrived: () => undefined,
      probe: false,
    };
  }

  function leaseOfProbe(probe: Probe): DisablingLease {
    const ok = (): void => {
      if (probePlace.release(probe)) end();
    };
    return {
      ok,
      neutral: () => {
        probePlace.release(probe);
      },
      contentArrived: () => {
        if (probePlace.contentArrived(probe)) ok();
      },
      probe: true,
    };
  }
}
