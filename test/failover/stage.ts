/** A stage for engine tests: scripted upstreams, routes that always admit, and calls that are played to their end. */

import { create } from "@bufbuild/protobuf";
import {
  type Completed,
  type CompleteRequest,
  CompleteRequestSchema,
  type ReasoningDelta,
  type RouteSwitched,
  type Started,
  type StreamCompleteResponse,
} from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { FinishReason, Role, type ToolCall, ToolCallSchema } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { CostSchema, CostSource, UsageSchema, UsageSource } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import {
  type Capabilities,
  CapabilitiesSchema,
  Continuation,
  RouteSchema,
} from "../../gen/ts/understudy/v1/route_service_pb.ts";
import type { AttemptLimits, Plan } from "../../src/call/plan.ts";
import { CallRefused, type Refusal } from "../../src/call/refusal.ts";
import type { Admission, Route } from "../../src/call/route.ts";
import type { Upstream, UpstreamEvent, UpstreamRequest } from "../../src/call/upstream.ts";
import type { FailureKind, UpstreamFailure } from "../../src/call/upstream-failure.ts";
import { createEngine, type Engine } from "../../src/failover/engine.ts";
import { PLAIN_ATTEMPT, shareLimits } from "../../src/plan/limits.ts";
import { PLAIN_CALL, resolvePolicy } from "../../src/plan/policy.ts";
import { createSilence } from "../../src/route/silence.ts";
import { sleep } from "../../src/time/sleep.ts";

/** One step of a scripted upstream: an event, or a wait in milliseconds. */
export type Beat = UpstreamEvent | number;

export const OPENED: UpstreamEvent = { kind: "opened", status: 200, upstreamRequestId: "up-1" };

export function text(piece: string): UpstreamEvent {
  return { kind: "text", text: piece };
}

export function finished(reason: FinishReason = FinishReason.STOP): UpstreamEvent {
  return { kind: "finished", reason };
}

export function failed(kind: FailureKind, more: Partial<UpstreamFailure> = {}): UpstreamEvent {
  const status = more.status;
  const base = { kind, status, code: "", upstreamRequestId: "", retryAfterMs: undefined, message: `failed: ${kind}` };
  return { kind: "failed", failure: { ...base, ...more } };
}

export function toolCall(id: string): UpstreamEvent {
  return { kind: "toolCall", call: create(ToolCallSchema, { id, name: "look_up", argumentsJson: "{}" }) };
}

export function usage(inputTokens: bigint, outputTokens: bigint): UpstreamEvent {
  return { kind: "usage", usage: create(UsageSchema, { source: UsageSource.REPORTED, inputTokens, outputTokens }) };
}

/** Says the pieces and comes to the end of the answer. */
export function says(...pieces: string[]): Beat[] {
  return [OPENED, ...pieces.map(text), usage(10n, 5n), finished()];
}

/** Says the pieces and then nothing more. */
export function hangsAfter(...pieces: string[]): Beat[] {
  return [OPENED, ...pieces.map(text), Number.POSITIVE_INFINITY];
}

/** Says the pieces and then breaks the connection. */
export function cutsAfter(...pieces: string[]): Beat[] {
  return [OPENED, ...pieces.map(text), failed("cut")];
}

/** What a scripted route was asked, and what its breaker learned. */
export interface ScriptedRoute extends Route {
  readonly requests: UpstreamRequest[];
  readonly verdicts: string[];
  readonly effects: string[];
  /** Calls of the upstream that are still running. */
  open: number;
}

export interface RouteTraits {
  readonly capabilities?: Partial<Omit<Capabilities, "$typeName" | "$unknown">>;
  readonly dialectVersion?: string;
  readonly model?: string;
  readonly admission?: Admission;
  /** What a second attempt is told. */
  readonly readmission?: Admission;
  readonly retries?: number;
  readonly hedges?: boolean;
}

/** A route whose calls play the scripts in turn, the last one again and again. */
export function route(name: string, scripts: readonly Beat[][], traits: RouteTraits = {}): ScriptedRoute {
  let retries = traits.retries ?? 1;
  const capabilities = create(CapabilitiesSchema, {
    tools: true,
    images: true,
    jsonSchema: true,
    reasoning: true,
    temperature: true,
    continuation: Continuation.INSTRUCT,
    ...traits.capabilities,
  });
  const made: ScriptedRoute = {
    name,
    model: traits.model ?? `${name}-model`,
    capabilities,
    dialectVersion: traits.dialectVersion ?? "test/1",
    adjustmentsFor: () => [],
    pings: false,
    silence: createSilence(() => {}),
    requests: [],
    verdicts: [],
    effects: [],
    open: 0,
    upstream: playScripts(scripts, () => made),
    admit: () => {
      const told = made.requests.length === 0 ? traits.admission : traits.readmission;
      return Promise.resolve(told ?? { kind: "admitted", lease: recordVerdict(made) });
    },
    refusal: () => undefined,
    onIsolated: () => () => {},
    coolDown: (ms) => void made.effects.push(`cooled down ${ms}`),
    disable: (kind) => void made.effects.push(`disabled ${kind}`),
    takeRetry: () => retries-- > 0,
    takeHedge: () => traits.hedges ?? true,
    cost: ({ source }) =>
      create(CostSchema, source === UsageSource.NONE ? { source: CostSource.NONE } : { source: CostSource.UNKNOWN }),
    describe: () => create(RouteSchema, { name }),
  };
  return made;
}

function recordVerdict(made: ScriptedRoute) {
  let over = false;
  const note = (verdict: string) => (): void => {
    if (over) return;
    over = true;
    made.verdicts.push(verdict);
  };
  return {
    ok: note("ok"),
    failed: note("failed"),
    neutral: note("neutral"),
    leave: () => void made.effects.push("left"),
    contentArrived: () => {},
    probe: false,
  };
}

function playScripts(scripts: readonly Beat[][], self: () => ScriptedRoute): Upstream {
  return async function* (asked, signal) {
    const made = self();
    const script = scripts[Math.min(made.requests.length, scripts.length - 1)] ?? [];
    made.requests.push(asked);
    made.open++;
    signal.addEventListener("abort", () => made.open--, { once: true });
    for (const beat of script) {
      if (typeof beat !== "number") yield beat;
      else if (!(await sleep(Math.min(beat, 2 ** 31 - 1), signal))) return;
    }
  };
}

export function request(init: Partial<Omit<CompleteRequest, "$typeName" | "$unknown">> = {}): CompleteRequest {
  const messages = [{ role: Role.USER, text: "Tell me a story." }];
  return create(CompleteRequestSchema, { workload: "stories", messages, ...init });
}

/** The limits of a plain attempt that everybody has. */
export const LIMITS = shareLimits(undefined, PLAIN_ATTEMPT);

/** A plan; `limits` are those that the request sets for itself. */
export function plan(
  routes: readonly Route[],
  { limits = LIMITS, ...more }: Partial<Plan & { limits: AttemptLimits }> = {},
): Plan {
  const policy = resolvePolicy([], PLAIN_CALL, 3_600_000);
  const startedAtMs = performance.now();
  return {
    ...policy,
    requestId: "call-1",
    workload: "stories",
    tenant: "tests stories",
    request: request(),
    routes: routes.map((each) => ({ route: each, limits, sharedLimits: LIMITS, unsupported: undefined })),
    startedAtMs,
    deadlineAtMs: startedAtMs + policy.totalTimeoutMs,
    estimatedInputTokens: 7,
    resumedText: "",
    continuationInstruction: "Go on.",
    ...more,
  };
}

/** What a client saw of a call. */
export interface Seen {
  readonly events: StreamCompleteResponse[];
  /** Every `text_delta` joined. */
  text: string;
  refusal: Refusal | undefined;
  ended: boolean;
}

export function engine(): Engine {
  return createEngine({ random: () => 0.5, checkSchema: async () => ({ kind: "fits" }) });
}

/** Starts a call and reads it to its end in the background. */
export function start(
  planned: Plan,
  signal: AbortSignal = new AbortController().signal,
  running: Engine = engine(),
): Seen {
  const seen: Seen = { events: [], text: "", refusal: undefined, ended: false };
  void read(running.run(planned, signal), seen);
  return seen;
}

async function read(events: AsyncIterable<StreamCompleteResponse>, seen: Seen): Promise<void> {
  try {
    for await (const event of events) {
      seen.events.push(event);
      if (event.event.case === "textDelta") seen.text += event.event.value.text;
    }
  } catch (error) {
    if (error instanceof CallRefused) seen.refusal = error.refusal;
  }
  seen.ended = true;
}

/** Values of the events of one kind. */
export function pick(seen: Seen, kind: "started"): Started[];
export function pick(seen: Seen, kind: "reasoningDelta"): ReasoningDelta[];
export function pick(seen: Seen, kind: "toolCall"): ToolCall[];
export function pick(seen: Seen, kind: "routeSwitched"): RouteSwitched[];
export function pick(seen: Seen, kind: "completed"): Completed[];
export function pick(seen: Seen, kind: string): unknown[] {
  return seen.events.flatMap(({ event }) => (event.case === kind ? [event.value] : []));
}
