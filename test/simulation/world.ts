/** Plays a scenario with the real engine and real routes, and writes down everything that can be seen from outside. */

import { create } from "@bufbuild/protobuf";
import {
  CompleteRequestSchema,
  type StreamCompleteResponse,
} from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { ResponseFormatSchema, Role, ToolChoice_Mode } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { BreakerState, Continuation } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import type { CallRun } from "../../src/call/call-record.ts";
import type { Plan } from "../../src/call/plan.ts";
import { CallRefused, type Refusal } from "../../src/call/refusal.ts";
import type { Route } from "../../src/call/route.ts";
import { createEngine, type Engine } from "../../src/failover/engine.ts";
import { PLAIN_ATTEMPT, shareLimits } from "../../src/plan/limits.ts";
import { PLAIN_CALL, resolvePolicy } from "../../src/plan/policy.ts";
import type { ProtectedRoute } from "../../src/route/protected-route.ts";
import { type AttemptEnd, listEnds } from "./attempt-end.ts";
import type { Exchange } from "./exchange.ts";
import { type IdealAnswer, makeIdealAnswer } from "./ideal-answer.ts";
import { openRoute } from "./open-route.ts";
import { createRudeUpstream } from "./rude-upstream.ts";
import type { CallScript, RouteScript, Scenario } from "./scenario.ts";
import { seededRandom } from "./seeded-random.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** What a client saw. */
export interface SeenCall {
  readonly script: CallScript;
  readonly plan: Plan;
  readonly ideal: IdealAnswer;
  readonly resumedText: string;
  readonly events: { readonly atMs: number; readonly response: StreamCompleteResponse }[];
  /** Every delta joined. */
  text: string;
  refusal: Refusal | undefined;
  /** An error that is no refusal: the client went away, or a bug. */
  error: unknown;
  endedAtMs: number | undefined;
  cancelledAtMs: number | undefined;
  /** `failed` verdicts that fell in the tick of the cancel. */
  blamedByCancel: number;
}

/** What a route did. */
export interface SeenRoute {
  readonly script: RouteScript;
  readonly breakerStates: BreakerState[];
  failedVerdicts: number;
  openLeases: number;
  mostInFlight: number;
  takenRetries: number;
  takenHedges: number;
  /** Attempts that were to see whether the route works again. */
  trials: number;
  /** Places that were taken when everything was over. */
  leftInFlight: number;
}

export interface Seen {
  readonly calls: readonly SeenCall[];
  readonly routes: ReadonlyMap<string, SeenRoute>;
  readonly exchanges: readonly Exchange[];
  readonly ends: readonly AttemptEnd[];
  readonly errors: readonly string[];
  /** How often the engine told the end of each call. */
  readonly recordedCalls: ReadonlyMap<number, number>;
  /** Probes that began while another was running. */
  readonly doubleProbes: number;
}

/** Longer than any call with every retry and every rest. */
const LONGEST_WORLD_MS = 700_000;
/** Time after the last terminal in which connections must be closed. */
const AFTERMATH_MS = 200;

const CONTINUATIONS = {
  prefill: Continuation.PREFILL,
  instruct: Continuation.INSTRUCT,
  none: Continuation.NONE,
} as const;

/** Plays a scenario to its end. */
export async function playWorld(scenario: Scenario): Promise<Seen> {
  const random = seededRandom(scenario.seed);
  const clock = new VirtualClock(random);
  clock.install();
  try {
    return await new World(scenario, clock, random).play();
  } finally {
    clock.restore();
  }
}

class World {
  readonly #scenario: Scenario;
  readonly #clock: VirtualClock;
  readonly #random: () => number;
  readonly #ends: AttemptEnd[] = [];
  readonly #faults: string[] = [];
  readonly #engine: Engine;
  readonly #calls: SeenCall[] = [];
  readonly #seenRoutes = new Map<string, SeenRoute>();
  readonly #protected: ProtectedRoute[] = [];
  readonly #routes: Route[] = [];
  readonly #exchanges: Exchange[] = [];
  readonly #recordedCalls = new Map<number, number>();
  #doubleProbes = 0;
  #startedCount = 0;

  constructor(scenario: Scenario, clock: VirtualClock, random: () => number) {
    this.#scenario = scenario;
    this.#clock = clock;
    this.#random = random;
    this.#engine = createEngine({ random, checkSchema: () => Promise.resolve({ kind: "fits" }) });
  }

  async play(): Promise<Seen> {
    const { routes, calls } = this.#scenario;
    routes.forEach((script, index) => this.#addRoute(`route-${index}`, script));
    calls.forEach((script, index) => void this.#clock.after(script.startMs, () => this.#startCall(script, index)));
    let lastEndMs = 0;
    const over = (): boolean => {
      if (this.#startedCount < calls.length || this.#calls.some(({ endedAtMs }) => endedAtMs === undefined))
        return false;
      lastEndMs = Math.max(...this.#calls.map(({ endedAtMs }) => endedAtMs ?? 0));
      return true;
    };
    await this.#clock.run(over, LONGEST_WORLD_MS);
    await this.#clock.run(() => false, lastEndMs + AFTERMATH_MS);
    for (const route of this.#protected) {
      const seen = this.#seenRoutes.get(route.name);
      if (seen !== undefined) seen.leftInFlight = route.describe().availability?.inFlightCount ?? 0;
      route.dispose();
    }
    return {
      calls: this.#calls,
      routes: this.#seenRoutes,
      exchanges: this.#exchanges,
      ends: this.#ends,
      errors: this.#faults,
      recordedCalls: this.#recordedCalls,
      doubleProbes: this.#doubleProbes,
    };
  }

  #addRoute(name: string, script: RouteScript): void {
    const seen: SeenRoute = {
      script,
      breakerStates: [BreakerState.CLOSED],
      failedVerdicts: 0,
      openLeases: 0,
      mostInFlight: 0,
      takenRetries: 0,
      takenHedges: 0,
      trials: 0,
      leftInFlight: 0,
    };
    const breakerState = (): BreakerState => route.describe().availability?.breakerState ?? BreakerState.UNSPECIFIED;
    const route: ProtectedRoute = openRoute({
      name,
      continuation: CONTINUATIONS[script.continuation],
      dialect: script.dialect,
      pings: script.pings,
      upstream: createRudeUpstream({
        route: name,
        clock: this.#clock,
        replyTo: (index) => script.replies[Math.min(index, script.replies.length - 1)] ?? neverAsked(),
        idealOf: (call) => this.#calls[call]?.ideal ?? neverAsked(),
        isProbe: () => breakerState() === BreakerState.HALF_OPEN,
        onExchange: (exchange) => this.#noteExchange(exchange),
      }),
      maxConcurrency: script.maxConcurrency,
      random: this.#random,
      onChange: () => {
        const state = breakerState();
        if (state !== seen.breakerStates.at(-1)) seen.breakerStates.push(state);
      },
    });
    this.#seenRoutes.set(name, seen);
    this.#protected.push(route);
    this.#routes.push(watchRoute(route, seen));
  }

  #noteExchange(exchange: Exchange): void {
    const rival = this.#exchanges.some(
      ({ route, probe, abortedAtMs }) => probe && route === exchange.route && abortedAtMs === undefined,
    );
    if (exchange.probe && rival) this.#doubleProbes++;
    this.#exchanges.push(exchange);
  }

  #startCall(script: CallScript, index: number): void {
    const ideal = makeIdealAnswer(script);
    const client = new AbortController();
    const resumedText = ideal.text.slice(0, script.resumedLength).toWellFormed().replace("\ufffd", "");
    const plan = this.#makePlan(script, index, resumedText);
    const seen: SeenCall = {
      script,
      plan,
      ideal,
      resumedText,
      events: [],
      text: "",
      refusal: undefined,
      error: undefined,
      endedAtMs: undefined,
      cancelledAtMs: undefined,
      blamedByCancel: 0,
    };
    // Calls start in the order of their times, not of the list.
    this.#calls[index] = seen;
    this.#startedCount++;
    const onEnd = (run: CallRun): void => this.#noteRun(index, run);
    void this.#read(this.#engine.run(plan, client.signal, onEnd), seen);
    if (script.cancelAfterMs !== undefined) this.#clock.after(script.cancelAfterMs, () => this.#cancel(seen, client));
  }

  #noteRun(index: number, run: CallRun): void {
    this.#recordedCalls.set(index, (this.#recordedCalls.get(index) ?? 0) + 1);
    this.#ends.push(...listEnds(run));
    if (run.ending.kind === "fault") this.#faults.push(run.ending.fault);
  }

  #cancel(seen: SeenCall, client: AbortController): void {
    if (seen.endedAtMs !== undefined) return;
    const blamed = (): number => [...this.#seenRoutes.values()].reduce((sum, route) => sum + route.failedVerdicts, 0);
    const before = blamed();
    seen.cancelledAtMs = this.#clock.nowMs;
    client.abort();
    seen.blamedByCancel = blamed() - before;
  }

  async #read(events: AsyncIterable<StreamCompleteResponse>, seen: SeenCall): Promise<void> {
    try {
      for await (const response of events) {
        seen.events.push({ atMs: this.#clock.nowMs, response });
        if (response.event.case === "textDelta") seen.text += response.event.value.text;
        const { readPauseMs } = seen.script;
        if (readPauseMs > 0) await new Promise<void>((resolve) => void this.#clock.after(readPauseMs, resolve));
      }
    } catch (error) {
      if (error instanceof CallRefused) seen.refusal = error.refusal;
      else seen.error = error;
    }
    seen.endedAtMs = this.#clock.nowMs;
  }

  #makePlan(script: CallScript, index: number, resumedText: string): Plan {
    const json = script.shape === "json" || script.shape === "open-json";
    const tools = script.shape === "tools" || script.shape === "required-tool";
    const policy = resolvePolicy([], { ...PLAIN_CALL, asksForJson: json }, 3_600_000);
    const sharedLimits = shareLimits(undefined, { ...PLAIN_ATTEMPT, declaresTools: tools });
    const { ownLimitMs } = script;
    const own = { suspectMs: 1, confirmMs: ownLimitMs ?? 0 };
    const limits =
      ownLimitMs === undefined
        ? sharedLimits
        : { ...sharedLimits, firstProgress: own, text: own, tool: own, reasoning: own };
    const request = create(CompleteRequestSchema, {
      workload: "simulated",
      clientRequestId: String(index),
      messages: [{ role: Role.USER, text: "Tell me." }],
      reasoning: { include: script.includesReasoning },
      ...(tools ? { tools: [{ name: "look_up" }] } : {}),
      ...(script.shape === "required-tool"
        ? { toolChoice: { choice: { case: "mode", value: ToolChoice_Mode.REQUIRED } } }
        : {}),
    } as object);
    if (json) {
      request.responseFormat = create(ResponseFormatSchema, { format: { case: "jsonObject", value: {} } });
    }
    const held = script.shape === "json" || (script.holdsBack && script.shape !== "open-json");
    const routes = [...this.#routes.slice(script.firstRoute), ...this.#routes.slice(0, script.firstRoute)];
    const startedAtMs = this.#clock.nowMs;
    return {
      ...policy,
      requestId: `call-${index}`,
      workload: "simulated",
      tenant: "simulated",
      request,
      routes: routes.map((route) => ({ route, limits, sharedLimits, unsupported: undefined })),
      startedAtMs,
      deadlineAtMs: startedAtMs + script.timeoutMs,
      maxAttempts: script.maxAttempts,
      switchesAfterText: script.switches,
      holdsBackAnswer: held,
      holdsBackWords: script.holdsBackWords,
      hedges: script.hedges,
      estimatedInputTokens: 10,
      resumedText: json || tools ? "" : resumedText,
      continuationInstruction: "Go on.",
    };
  }
}

/** Passes a route on and counts what the engine does with it. */
function watchRoute(route: ProtectedRoute, seen: SeenRoute): Route {
  const { budgets } = seen.script;
  return {
    name: route.name,
    model: route.model,
    capabilities: route.capabilities,
    dialectVersion: route.dialectVersion,
    adjustmentsFor: () => [],
    pings: route.pings,
    upstream: route.upstream,
    silence: {
      get silent() {
        return route.silence.silent;
      },
      join: (attempt) => route.silence.join(attempt),
      leave: (attempt) => route.silence.leave(attempt),
      judge: () => route.silence.judge(),
      takeTrial: () => {
        const taken = route.silence.takeTrial();
        if (taken) seen.trials++;
        return taken;
      },
    },
    async admit(options) {
      const admission = await route.admit(options);
      if (admission.kind === "refused") return admission;
      const { lease } = admission;
      if (lease.probe) seen.trials++;
      seen.openLeases++;
      seen.mostInFlight = Math.max(seen.mostInFlight, seen.openLeases);
      let over = false;
      const end = (verdict: "ok" | "failed" | "neutral") => (): void => {
        if (!over) seen.openLeases--;
        if (!over && verdict === "failed") seen.failedVerdicts++;
        over = true;
        lease[verdict]();
      };
      return {
        kind: "admitted",
        lease: { ...lease, ok: end("ok"), failed: end("failed"), neutral: end("neutral") },
      };
    },
    refusal: (mayProbe) => route.refusal(mayProbe),
    coolDown: (retryAfterMs, cause) => route.coolDown(retryAfterMs, cause),
    disable: (kind, cause) => route.disable(kind, cause),
    takeRetry: () => {
      const taken = budgets && route.takeRetry();
      if (taken) seen.takenRetries++;
      return taken;
    },
    takeHedge: () => {
      const taken = budgets && route.takeHedge();
      if (taken) seen.takenHedges++;
      return taken;
    },
    onIsolated: (listener) => route.onIsolated(listener),
    cost: (usage) => route.cost(usage),
    describe: () => route.describe(),
  };
}

function neverAsked(): never {
  throw new Error("nothing was scripted for this");
}
