/** Receives every exchange: finds what answers it, asks who comes, and lets it in when its turn has come. */

import type { CallObserver } from "../call/call-observer.ts";
import { CallRefused, type Refusal } from "../call/refusal.ts";
import { type AdmissionQueue, createAdmissionQueue } from "./admission/admission-queue.ts";
import { type CallGate, overloadRefusal } from "./admission/call-gate.ts";
import { type FollowedCall, followCall } from "./admission/call-trail.ts";
import type { KnownCaller } from "./admission/callers.ts";
import { createRequestMemory, type RequestMemory } from "./admission/request-memory.ts";
import { createResets } from "./admission/resets.ts";
import { createStrangers, STRANGER_LIMITS, STRANGER_QUEUE_LIMITS } from "./admission/strangers.ts";
import { type Door, findEntrance, type GatedEntrance, type OpenEntrance } from "./door/door.ts";
import { abandon, answerWhenHeard, type Exchange, isClosed, wasCutShort } from "./port/exchange.ts";

export interface ReceptionOptions {
  /** In the order in which they are asked; the last one answers every path. */
  readonly doors: readonly Door[];
  /** The line of calls. */
  readonly calls: AdmissionQueue;
  readonly gate: CallGate;
  /** The memory of calls' requests. */
  readonly memory: RequestMemory;
  readonly observer: Required<CallObserver>;
  /** A call was admitted. */
  readonly onAdmitted: (exchange: Exchange) => void;
}

/** Creates the function that receives exchanges. It never throws. */
export function createReception(options: ReceptionOptions): (exchange: Exchange) => void {
  const { doors, calls, gate, memory, observer, onAdmitted } = options;
  const strangers = createStrangers();
  const strangersLine = createAdmissionQueue(STRANGER_QUEUE_LIMITS);
  const strangersMemory = createRequestMemory(() => STRANGER_LIMITS.maxExchanges * STRANGER_LIMITS.maxMessageBytes);
  const resets = createResets();

  const receiveStranger = (exchange: Exchange, start: () => void, refuse: Refuse): void => {
    resets.followStranger(exchange);
    strangersLine.enter({
      party: "",
      isGone: () => isClosed(exchange.response),
      shed: () => abandon(exchange),
      start: () => attempt(start, refuse),
    });
  };
  const receiveQuestion = (exchange: Exchange, entrance: OpenEntrance): void => {
    const answer = (): void => {
      strangers.ask(exchange, entrance.watches);
      const held = strangersMemory.open(undefined, 1);
      exchange.response.once("close", () => held.release());
      entrance.answer(exchange, held);
    };
    receiveStranger(exchange, answer, (refusal) => entrance.refuse(exchange, refusal));
  };
  const receiveCall = (exchange: Exchange, entrance: GatedEntrance): void => {
    const trail = follow(exchange, entrance, observer);
    const refuse: Refuse = (refusal) => {
      trail.refused(refusal);
      answerWhenHeard(exchange, () => entrance.refuse(exchange, refusal));
    };
    let known: KnownCaller;
    try {
      known = gate.identify(exchange);
      resets.followCaller(exchange, known);
    } catch (error) {
      if (!(error instanceof CallRefused)) throw error;
      const { refusal } = error;
      const tell = (): void => {
        strangers.tell(exchange);
        refuse(refusal);
      };
      return receiveStranger(exchange, tell, refuse);
    }
    calls.enter({
      party: known.caller?.name ?? "",
      isGone: () => isClosed(exchange.response),
      shed: () => refuse(overloadRefusal),
      start() {
        attempt(() => {
          gate.enter(exchange, known);
          trail.admitted(known.caller);
          onAdmitted(exchange);
          const held = memory.open(known.caller?.name, known.share);
          exchange.response.once("close", () => held.release());
          entrance.answer({ exchange, caller: known.caller, trail, held });
        }, refuse);
      },
    });
  };

  return (exchange) => {
    // Reset before it was looked at.
    if (isClosed(exchange.response)) return;
    const entrance = findEntrance(doors, exchange.path);
    if (entrance.kind === "open") receiveQuestion(exchange, entrance);
    else receiveCall(exchange, entrance);
  };
}

function follow(exchange: Exchange, entrance: GatedEntrance, observer: Required<CallObserver>): FollowedCall {
  const { requestId, request } = exchange;
  const trail = followCall(entrance.describe(requestId, request.headers["content-type"]), observer);
  exchange.response.once("close", () => trail.closed(wasCutShort(exchange.response)));
  return trail;
}

type Refuse = (refusal: Refusal) => void;

function attempt(start: () => void, refuse: Refuse): void {
  try {
    start();
  } catch (error) {
    if (!(error instanceof CallRefused)) throw error;
    refuse(error.refusal);
  }
}
