/** An upstream that plays scripts, keeps few promises and writes down how it was treated. */

import { create } from "@bufbuild/protobuf";
import { FinishReason } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { UsageSchema, UsageSource } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import type { Upstream, UpstreamEvent } from "../../src/call/upstream.ts";
import type { UpstreamFailure } from "../../src/call/upstream-failure.ts";
import type { Exchange } from "./exchange.ts";
import type { IdealAnswer } from "./ideal-answer.ts";
import { planReply } from "./plan-reply.ts";
import type { Reply, ReplyEnd } from "./scenario.ts";
import type { VirtualClock } from "./virtual-clock.ts";

export interface RudeUpstreamOptions {
  readonly route: string;
  readonly clock: VirtualClock;
  /** The reply to the request with this number, counted from 0. */
  readonly replyTo: (requestIndex: number) => Reply;
  readonly idealOf: (call: number) => IdealAnswer;
  readonly isProbe: () => boolean;
  readonly onExchange: (exchange: Exchange) => void;
}

/** Time between two pings, in milliseconds. */
const PING_MS = 5_000;

const SHORT_ENDS = {
  length: FinishReason.LENGTH,
  refusal: FinishReason.REFUSAL,
  filter: FinishReason.CONTENT_FILTER,
} as const;

/** Creates the upstream of one route. */
export function createRudeUpstream(options: RudeUpstreamOptions): Upstream {
  const { clock } = options;
  let requestCount = 0;
  return async function* (request, signal) {
    const reply = options.replyTo(requestCount);
    requestCount++;
    const call = Number(request.request.clientRequestId);
    const ideal = options.idealOf(call);
    const exchange: Exchange = {
      call,
      route: options.route,
      startedAtMs: clock.nowMs,
      continuedText: request.continuation?.text,
      probe: options.isProbe(),
      opened: false,
      abortedAtMs: undefined,
      failure: undefined,
      finished: false,
      brokeAtMs: undefined,
      contentAtMs: clock.nowMs,
      phase: "firstProgress",
      toolCallBegun: false,
    };
    options.onExchange(exchange);
    signal.addEventListener("abort", () => {
      exchange.abortedAtMs = clock.nowMs;
    });
    const gone = (): boolean => signal.aborted && !reply.rude;
    const wait = createWait(clock, signal, reply.rude);

    const content = planReply(reply, ideal, request);
    const { end } = reply;
    const breaksOff = end.kind === "saysNothing" && request.continuation !== undefined;
    const spoken = end.kind === "finishes" ? content : content.slice(0, end.afterPieces);
    const opens =
      end.kind === "finishes" ||
      spoken.length > 0 ||
      end.kind === "ends" ||
      end.kind === "hangs" ||
      end.kind === "saysNothing";
    yield* pause(reply, reply.delayMs, wait, opens ? gone : () => true);
    if (gone()) return;
    if (opens) {
      exchange.opened = !signal.aborted;
      yield { kind: "opened", status: 200, upstreamRequestId: "up" };
      if (!reply.rude) yield usage(10n, undefined);
    }
    if (reply.thinks && opens) {
      if (!signal.aborted) note(exchange, { kind: "reasoningBegan" }, clock.nowMs);
      yield { kind: "reasoningBegan" };
    }
    for (const event of spoken) {
      yield* pause(reply, reply.gapMs, wait, gone);
      if (gone()) return;
      if (!signal.aborted) note(exchange, event, clock.nowMs);
      yield event;
    }
    yield* pause(reply, reply.gapMs, wait, gone);
    if (gone()) return;
    yield* finish(breaksOff ? { kind: "ends", afterPieces: 0 } : end, exchange, signal, reply, ideal);
    // Past its last event it has no right to speak.
    const ended = ["finishes", "cutsShort", "fails", "saysNothing"].includes(end.kind) && !breaksOff;
    if (reply.rude && ended) yield { kind: "text", text: "and another thing" };
  };

  async function* finish(
    end: ReplyEnd,
    exchange: Exchange,
    signal: AbortSignal,
    reply: Reply,
    ideal: IdealAnswer,
  ): AsyncGenerator<UpstreamEvent> {
    switch (end.kind) {
      case "finishes":
      case "cutsShort": {
        if (!reply.rude) yield usage(10n, 7n);
        exchange.finished = !signal.aborted;
        const whole = ideal.toolCalls.length > 0 ? FinishReason.TOOL_CALLS : FinishReason.STOP;
        yield { kind: "finished", reason: end.kind === "finishes" ? whole : SHORT_ENDS[end.reason] };
        return;
      }
      case "fails": {
        const { failure: kind, status, retryAfterMs } = end;
        const failure: UpstreamFailure = {
          kind,
          status,
          retryAfterMs,
          code: "",
          upstreamRequestId: "",
          message: `failed: ${kind}`,
        };
        const wanted = !signal.aborted;
        yield { kind: "failed", failure };
        if (wanted) exchange.failure = failure;
        return;
      }
      case "saysNothing":
        if (!reply.rude) yield usage(10n, 0n);
        exchange.finished = !signal.aborted;
        yield { kind: "finished", reason: FinishReason.STOP };
        return;
      case "throws":
        if (!signal.aborted) exchange.brokeAtMs = clock.nowMs;
        throw new Error("a bug in a dialect");
      case "ends":
        if (!signal.aborted) exchange.brokeAtMs = clock.nowMs;
        return;
      case "hangs":
        while (reply.pings) {
          await createWait(clock, signal, reply.rude)(PING_MS);
          if (signal.aborted && !reply.rude) return;
          yield { kind: "alive" };
        }
        await createWait(clock, signal, reply.rude)(Number.POSITIVE_INFINITY);
    }
  }
}

type Wait = (ms: number) => Promise<void>;

async function* pause(reply: Reply, ms: number, wait: Wait, gone: () => boolean): AsyncGenerator<UpstreamEvent> {
  let leftMs = ms;
  while (reply.pings && leftMs > PING_MS && !gone()) {
    await wait(PING_MS);
    leftMs -= PING_MS;
    yield { kind: "alive" };
  }
  if (leftMs > 0) await wait(leftMs);
}

/** Waits for the network; a polite upstream stops waiting when it is told to stop. */
function createWait(clock: VirtualClock, signal: AbortSignal, rude: boolean): Wait {
  return (ms) =>
    new Promise((resolve) => {
      if (signal.aborted && !rude) return resolve();
      const callOff = ms === Number.POSITIVE_INFINITY ? () => undefined : clock.after(ms, resolve);
      if (rude) return;
      const stop = (): void => {
        callOff();
        resolve();
      };
      signal.addEventListener("abort", stop, { once: true });
    });
}

function note(exchange: Exchange, event: UpstreamEvent, nowMs: number): void {
  exchange.contentAtMs = nowMs;
  if (event.kind === "text" || event.kind === "reasoning") exchange.phase = event.kind;
  if (event.kind === "reasoningBegan") exchange.phase = "reasoning";
  if (event.kind === "toolCallGrew" || event.kind === "toolCall") {
    exchange.phase = "tool";
    exchange.toolCallBegun = true;
  }
}

function usage(inputTokens: bigint, outputTokens: bigint | undefined): UpstreamEvent {
  const counts = outputTokens === undefined ? { inputTokens } : { inputTokens, outputTokens };
  return { kind: "usage", usage: create(UsageSchema, { source: UsageSource.REPORTED, ...counts }) };
}
