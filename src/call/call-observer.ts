/** Learns what happens: the log is one, metrics and stores are others. Nothing else counts calls. */

import type { CallRecord } from "./call-record.ts";

/** A route went from one state to another. Words are those of `Availability.State`: `cooling_down`. */
export interface RouteChange {
  readonly route: string;
  readonly from: string;
  readonly to: string;
  /** Why, in a sentence; empty for a route that is available again. */
  readonly cause: string;
  /** When the state ends by itself, in milliseconds since the epoch; undefined if it does not or that is not known. */
  readonly untilMs: number | undefined;
}

/** Somebody changed how the server works. */
export interface OperatorAct {
  readonly act: "isolate" | "restore" | "reload";
  /** Name of the caller; undefined if nobody is known, as for a signal. */
  readonly caller: string | undefined;
  readonly requestId: string | undefined;
  /** What was changed: a route, or what differs in a configuration. */
  readonly what: readonly string[];
  /** What the operator said; empty if nothing. */
  readonly reason: string;
}

/** Each method is called in the tick in which it happens, so it must be quick; what it throws harms nobody. */
export interface CallObserver {
  /** A call ended. Comes once for each call, also for one that was refused at the door. */
  callEnded?(record: CallRecord): void;
  routeChanged?(change: RouteChange): void;
  operatorActed?(act: OperatorAct): void;
}

/**
 * Tells several observers as one, and never throws. `onFault` gets the first failure of each observer; what it fails
 * with is no call's matter.
 */
export function joinObservers(
  observers: readonly CallObserver[],
  onFault: (error: unknown) => void,
): Required<CallObserver> {
  const failed = new Set<CallObserver>();
  const note = (observer: CallObserver, error: unknown): void => {
    if (failed.has(observer)) return;
    failed.add(observer);
    try {
      onFault(error);
    } catch {
      // There is nobody else to tell.
    }
  };
  const tellAll = (tell: (observer: CallObserver) => unknown): void => {
    for (const observer of observers) {
      try {
        const told = tell(observer);
        // An async function fits the type as well, and a rejection that nobody takes ends the process.
        if (told instanceof Promise) told.catch((error: unknown) => note(observer, error));
      } catch (error) {
        note(observer, error);
      }
    }
  };
  return {
    callEnded: (record) => tellAll((observer) => observer.callEnded?.(record)),
    routeChanged: (change) => tellAll((observer) => observer.routeChanged?.(change)),
    operatorActed: (act) => tellAll((observer) => observer.operatorActed?.(act)),
  };
}
