/** Many calls on a primary and a backup under virtual time, and what became of each. */

import { create } from "@bufbuild/protobuf";
import { CompleteRequestSchema } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { Role } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import type { Route } from "../../src/call/route.ts";
import { createEngine, type Engine } from "../../src/failover/engine.ts";
import { PLAIN_ATTEMPT, shareLimits } from "../../src/plan/limits.ts";
import { PLAIN_CALL, resolvePolicy } from "../../src/plan/policy.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** What became of a call. Instants are virtual, in milliseconds. */
export interface CrowdCall {
  readonly startedAtMs: number;
  /** The route of the first attempt; empty if there was none. */
  firstRoute: string;
  /** When the serving route changed. */
  readonly switchedAtMs: number[];
  completedAtMs: number | undefined;
  refusedAtMs: number | undefined;
  attemptCount: number;
}

/** Starts calls and watches them. */
export class Crowd {
  readonly calls: CrowdCall[] = [];
  readonly #engine: Engine;
  readonly #clock: VirtualClock;
  readonly #routes: readonly Route[];
  #running = 0;

  constructor(clock: VirtualClock, routes: readonly Route[], random: () => number) {
    this.#clock = clock;
    this.#routes = routes;
    this.#engine = createEngine({ random, checkSchema: () => Promise.resolve({ kind: "fits" }) });
  }

  get running(): number {
    return this.#running;
  }

  /** Starts a call whose number reaches the upstream as its client request id. */
  start(reasons = false): CrowdCall {
    const call: CrowdCall = {
      startedAtMs: this.#clock.nowMs,
      firstRoute: "",
      switchedAtMs: [],
      completedAtMs: undefined,
      refusedAtMs: undefined,
      attemptCount: 0,
    };
    this.calls.push(call);
    this.#running++;
    void this.#read(call, reasons, this.calls.length - 1).finally(() => this.#running--);
    return call;
  }

  async #read(call: CrowdCall, reasons: boolean, number: number): Promise<void> {
    const policy = resolvePolicy([], PLAIN_CALL, 3_600_000);
    const limits = shareLimits(undefined, { ...PLAIN_ATTEMPT, thinks: reasons });
    const events = this.#engine.run(
      {
        ...policy,
        requestId: "crowd",
        workload: "crowd",
        tenant: "crowd",
        request: create(CompleteRequestSchema, {
          clientRequestId: String(number),
          messages: [{ role: Role.USER, text: "Tell me." }],
        }),
        routes: this.#routes.map((route) => ({ route, limits, sharedLimits: limits, unsupported: undefined })),
        startedAtMs: call.startedAtMs,
        deadlineAtMs: call.startedAtMs + policy.totalTimeoutMs,
        estimatedInputTokens: 10,
        resumedText: "",
        continuationInstruction: "Go on.",
      },
      new AbortController().signal,
    );
    try {
      for await (const { event } of events) {
        if (event.case === "started") call.firstRoute = event.value.route;
        if (event.case === "routeSwitched") call.switchedAtMs.push(this.#clock.nowMs);
        if (event.case === "completed") {
          call.completedAtMs = this.#clock.nowMs;
          call.attemptCount = event.value.attempts.length;
        }
      }
    } catch {
      call.refusedAtMs = this.#clock.nowMs;
    }
  }
}
