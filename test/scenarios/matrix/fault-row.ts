/** One thing that can go wrong, in every phase in which it can: a row of the fault matrix. */

import type { FailureKind } from "../../../src/call/upstream-failure.ts";
import type { Dialect } from "../make-config.ts";
import { FINISHED, HEADERS, hasProgress, type Phase } from "./phases.ts";

type Silence = "timedOut" | "stalled";

/** How the attempt ends that meets the fault, in the words of the class table. */
export type End =
  | { readonly kind: FailureKind | Silence }
  | {
      readonly kind: "completed";
      readonly finish: "STOP" | "CONTENT_FILTER" | "REFUSAL";
      readonly usageKnown: boolean;
    };

/** A fault in one phase. */
export interface Incident {
  /** What the primary does, as the simulator reads it. */
  readonly faults: string;
  /** Whether nothing listens at the primary's address. */
  readonly refused?: boolean;
  /** HTTP status, if a response comes. */
  readonly status: number | undefined;
  readonly retryAfterMs?: number;
  /** How long the response takes, in milliseconds. Default at once. */
  readonly afterMs?: number;
  /** Whether the call waits for a limit to pass, or would if the answer were not at its end. */
  readonly waits?: boolean;
  readonly end: End;
}

export interface FaultRow {
  readonly name: string;
  /** Undefined if the fault cannot happen in this phase, or not in this dialect. */
  meet(phase: Phase, dialect: Dialect): Incident | undefined;
}

type ByDialect<T> = T | Readonly<Record<Dialect, T>>;

/** An answer with an error status. */
export function answers(
  status: number,
  kind: ByDialect<FailureKind>,
  { name = String(status), faults = `status=${status}`, ...others }: RowDetails = {},
): FaultRow {
  return {
    name,
    meet: (phase, dialect) =>
      phase === HEADERS
        ? { faults, status, end: { kind: typeof kind === "string" ? kind : kind[dialect] }, ...others }
        : undefined,
  };
}

interface RowDetails extends Pick<Incident, "retryAfterMs" | "afterMs"> {
  /** Default the status. */
  readonly name?: string;
  /** Default the status alone. */
  readonly faults?: string;
}

/** A fault of one phase only. */
export function happens(name: string, only: Phase, incident: Incident): FaultRow {
  return { name, meet: (phase) => (phase === only ? incident : undefined) };
}

/** A body that breaks behind some pieces. `early` is the same before the headers. */
export function breaks(name: string, kind: FailureKind, faults: (pieces: number) => string, early?: string): FaultRow {
  return {
    name,
    meet(phase) {
      const happening = behave(phase, faults, early);
      if (happening === undefined) return undefined;
      return { ...happening, end: endOf(phase, phase === HEADERS ? "unreachable" : kind) };
    },
  };
}

/** A body that falls silent behind some pieces. `early` is the same before the headers. */
export function silences(name: string, faults: (pieces: number) => string, early?: string): FaultRow {
  return {
    name,
    meet(phase) {
      const happening = behave(phase, faults, early);
      if (happening === undefined) return undefined;
      return { ...happening, waits: true, end: endOf(phase, hasProgress(phase) ? "stalled" : "timedOut") };
    },
  };
}

function behave(
  phase: Phase,
  faults: (pieces: number) => string,
  early: string | undefined,
): Pick<Incident, "faults" | "status"> | undefined {
  if (phase.pieces !== undefined) return { faults: shaped(phase, faults(phase.pieces)), status: 200 };
  return early === undefined ? undefined : { faults: early, status: undefined };
}

/** The finish reason completes the answer: whatever comes behind it costs the usage at most. */
function endOf(phase: Phase, kind: FailureKind | Silence): End {
  return phase === FINISHED ? { kind: "completed", finish: "STOP", usageKnown: false } : { kind };
}

/** The shape comes first: it says what the pieces are that the fault counts. */
export function shaped({ shape }: Phase, faults: string): string {
  return shape === "" ? faults : `${shape}+${faults}`;
}
