/** The engine's front: runs a plan and gives the call's events. */

import type { StreamCompleteResponse } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { Call, type EngineOptions } from "./call.ts";
import { Outbox } from "./outbox.ts";
import type { Plan } from "./plan.ts";

/**
 * Runs a plan. The events follow the grammar of `StreamComplete`: `started` first, `completed` last; a call without a
 * whole answer throws `CallRefused` instead. Ends early when `signal` is aborted or the reader stops reading.
 */
export function runPlan(
  plan: Plan,
  signal: AbortSignal,
  options: EngineOptions,
): AsyncIterableIterator<StreamCompleteResponse> {
  const cancel = (): void => call.cancel();
  const outbox = new Outbox(cancel);
  const call = new Call(plan, outbox, options);
  signal.addEventListener("abort", cancel, { once: true });
  if (signal.aborted) cancel();
  void call.run().finally(() => signal.removeEventListener("abort", cancel));
  return outbox;
}
