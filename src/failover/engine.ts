/** The engine's front: runs plans and gives the events of their calls. */

import type { StreamCompleteResponse } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import type { CallRun } from "../call/call-record.ts";
import type { Plan } from "../call/plan.ts";
import { Call, type CallParts } from "./call.ts";
import { Outbox } from "./outbox.ts";

export interface Engine {
  /**
   * Runs a plan. The events follow the grammar of `StreamComplete`: `started` first, `completed` last; a call without a
   * whole answer throws `CallRefused` instead. Ends early when `signal` is aborted or the reader stops reading.
   * `onEnd` is called once, however the call ended, soon after its last event.
   */
  run(plan: Plan, signal: AbortSignal, onEnd?: (run: CallRun) => void): AsyncIterableIterator<StreamCompleteResponse>;
}

/** Creates an engine. Its calls know of each other only when a whole route falls silent. */
export function createEngine(parts: CallParts): Engine {
  return {
    run(plan, signal, onEnd = () => {}) {
      const cancel = (): void => call.cancel(signal.reason);
      const outbox = new Outbox(cancel);
      const call = new Call(plan, outbox, parts, onEnd);
      signal.addEventListener("abort", cancel, { once: true });
      if (signal.aborted) cancel();
      void call.run().finally(() => signal.removeEventListener("abort", cancel));
      return outbox;
    },
  };
}
