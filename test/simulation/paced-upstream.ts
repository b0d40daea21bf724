/** An upstream that says pieces at given distances. */

import { FinishReason } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import type { Upstream, UpstreamEvent } from "../../src/call/upstream.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** A wait, in milliseconds, and what comes after it; `Infinity` waits until the engine gives up. */
export type Pace = readonly [waitMs: number, event: UpstreamEvent];

export const OPENED: UpstreamEvent = { kind: "opened", status: 200, upstreamRequestId: "" };
export const PIECE: UpstreamEvent = { kind: "text", text: "some more words " };
export const THOUGHT: UpstreamEvent = { kind: "reasoning", text: "hm " };
export const PING: UpstreamEvent = { kind: "alive" };
export const FINISHED: UpstreamEvent = { kind: "finished", reason: FinishReason.STOP };

/** Creates an upstream that plays what `paceOf` gives for each request. */
export function createPacedUpstream(clock: VirtualClock, paceOf: (call: number) => Iterable<Pace>): Upstream {
  return async function* ({ request }, signal) {
    for (const [waitMs, event] of paceOf(Number(request.clientRequestId))) {
      if (waitMs > 0) await arrival(clock, waitMs, signal);
      if (signal.aborted) return;
      yield event;
    }
  };
}

function arrival(clock: VirtualClock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const callOff = ms === Number.POSITIVE_INFINITY ? () => undefined : clock.after(ms, resolve);
    const stop = (): void => {
      callOff();
      resolve();
    };
    signal.addEventListener("abort", stop, { once: true });
  });
}
