/** Runs one trial: calls the route, or two with a cut between, and describes what came of it. */

import { create } from "@bufbuild/protobuf";
import { durationFromMs, durationMs } from "@bufbuild/protobuf/wkt";
import {
  SampleResult_Run as Run,
  type SampleResult,
  SampleResultSchema,
} from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";
import {
  type CompleteRequest,
  type CompleteResponse,
  CompleteResponseSchema,
} from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import { type Attempt, AttemptOutcome, AttemptSchema } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import type { Plan } from "../../call/plan.ts";
import { CallRefused } from "../../call/refusal.ts";
import type { SchemaCheck } from "../../failover/schema/verify-answer.ts";
import { type FoundAnswer, makeAnswerShape } from "../shape/make-answer-shape.ts";
import type { Pace, Paces } from "./pace.ts";
import type { Spending } from "./spending.ts";
import type { Trial } from "./trial.ts";
import { makeTrialRoute, type TrialRoute } from "./trial-route.ts";
import { NOTHING, worstCaseOf, worstCaseOfPlan } from "./worst-case.ts";

/** A rate limit is not the route's answer: so many calls are made before it counts as one. */
const MAX_CALLS_PER_TRIAL = 3;

/** What a trial needs of the rest of the program. */
export interface TrialTools {
  /** Plans a call of these routes, in this order, with the limits of the workload. */
  readonly planCall: (request: CompleteRequest, routes: readonly string[], requestId: string) => Plan;
  /** Runs a plan to its end. Fails with `CallRefused` without a whole answer. */
  readonly complete: (plan: Plan, signal: AbortSignal) => Promise<CompleteResponse>;
  readonly checkSchema: SchemaCheck;
  readonly paces: Paces;
}

export interface TrialContext extends TrialTools {
  readonly primary: string;
  readonly comparisonId: string;
  readonly includeText: boolean;
  readonly spending: Spending;
  readonly signal: AbortSignal;
}

/** How a trial ended. */
export type TrialEnd =
  | { readonly kind: "done"; readonly result: SampleResult }
  /** A limit of the comparison was reached, or the route cannot be called any more. */
  | { readonly kind: "leftOut"; readonly spent: boolean };

/** Runs one trial. `cutAfter` is the place of the cut of a switch, in characters. */
export async function runTrial(trial: Trial, cutAfter: number, context: TrialContext): Promise<TrialEnd> {
  const plan = planTrial(trial, context);
  const unsupported = plan.routes.find((planned) => planned.unsupported !== undefined);
  if (unsupported?.unsupported !== undefined) {
    const { name, model } = unsupported.route;
    const message = `cannot carry the request: ${unsupported.unsupported.message}`;
    const attempt = create(AttemptSchema, { route: name, model, outcome: AttemptOutcome.REJECTED, message });
    return { kind: "done", result: makeResult(trial, attempt) };
  }
  for (let call = 1; ; call++) {
    const end = await callRoutes(trial, plan, cutAfter, context);
    if (end.kind === "leftOut") return end;
    if (end.result.attempt?.outcome !== AttemptOutcome.RATE_LIMITED || call === MAX_CALLS_PER_TRIAL) return end;
  }
}

/** The plan of a trial: one attempt on each route, without hedges. */
export function planTrial(
  { sample, route, run }: Trial,
  { planCall, primary, comparisonId }: Pick<TrialContext, "planCall" | "primary" | "comparisonId">,
): Plan {
  const { request } = sample;
  if (request === undefined) throw new Error(`sample ${sample.name} has no request`);
  const routes = run === Run.SWITCH ? [primary, route] : [route];
  const plan = planCall(request, routes, `${comparisonId}/${sample.name}`);
  return { ...plan, maxAttempts: routes.length, hedges: false };
}

/** Whether a plan can move an answer to another route in its middle at all. */
export function canSwitch({ switchesAfterText, holdsBackAnswer }: Plan): boolean {
  return switchesAfterText && !holdsBackAnswer;
}

async function callRoutes(trial: Trial, plan: Plan, cutAfter: number, context: TrialContext): Promise<TrialEnd> {
  const { paces, spending, signal } = context;
  const entered: Pace[] = [];
  const reserved = worstCaseOfPlan(plan);
  try {
    for (const { route } of plan.routes) {
      const pace = paces.of(route);
      if (!(await pace.enter(signal))) return { kind: "leftOut", spent: false };
      entered.push(pace);
    }
    if (!(await spending.reserve(reserved))) return { kind: "leftOut", spent: true };
    // The first route of a switch is the one that is cut.
    const trialRoutes = plan.routes.map(({ route }, index) =>
      makeTrialRoute(route, index < plan.routes.length - 1 ? cutAfter : undefined),
    );
    const told = await tell(plan, trialRoutes, context);
    const { attempts, response } = told;
    spending.settle(reserved, attempts, (name) => {
      const planned = plan.routes.find(({ route }) => route.name === name);
      return planned === undefined ? NOTHING : worstCaseOf(planned.route, plan);
    });
    const attempt = attempts.at(-1);
    if (signal.aborted || attempt === undefined) return { kind: "leftOut", spent: false };
    const last = trialRoutes.at(-1);
    notePace(entered.at(-1), attempt, last);
    const answer = findAnswer(response, attempt, last);
    const result = makeResult(trial, attempt);
    if (answer === undefined) return { kind: "done", result };
    result.shape = await makeAnswerShape(plan.request, answer, context.checkSchema, plan.tenant);
    if (context.includeText) result.response = response ?? makeResponse(answer);
    return { kind: "done", result };
  } finally {
    for (const pace of entered) pace.leave();
  }
}

interface Told {
  readonly attempts: readonly Attempt[];
  readonly response: CompleteResponse | undefined;
}

async function tell(plan: Plan, trialRoutes: readonly TrialRoute[], context: TrialContext): Promise<Told> {
  const routes = plan.routes.map((planned, index) => ({
    ...planned,
    route: trialRoutes[index]?.route ?? planned.route,
    unsupported: undefined,
  }));
  const startedAtMs = performance.now();
  const deadlineAtMs = startedAtMs + (plan.deadlineAtMs - plan.startedAtMs);
  try {
    const response = await context.complete({ ...plan, routes, startedAtMs, deadlineAtMs }, context.signal);
    return { attempts: response.completed?.attempts ?? [], response };
  } catch (error) {
    if (context.signal.aborted) return { attempts: [], response: undefined };
    if (!(error instanceof CallRefused)) throw error;
    return { attempts: error.refusal.report?.attempts ?? [], response: undefined };
  }
}

/** The answer; one that does not have the form that was asked for counts, because its form is what is judged. */
function findAnswer(
  response: CompleteResponse | undefined,
  { outcome }: Attempt,
  last: TrialRoute | undefined,
): FoundAnswer | undefined {
  if (response === undefined) return outcome === AttemptOutcome.BAD_ANSWER ? last?.observed : undefined;
  let text = "";
  const toolCalls: FoundAnswer["toolCalls"][number][] = [];
  for (const { kind } of response.parts) {
    if (kind.case === "text") text += kind.value;
    else if (kind.case === "toolCall") toolCalls.push(kind.value);
  }
  return { text, toolCalls, finishReason: response.completed?.finishReason ?? 0 };
}

function notePace(pace: Pace | undefined, { outcome }: Attempt, last: TrialRoute | undefined): void {
  if (outcome === AttemptOutcome.COMPLETED || outcome === AttemptOutcome.BAD_ANSWER) pace?.succeeded();
  else pace?.failed(last?.observed.retryAfterMs);
}

function makeResult({ sample, route, run }: Trial, attempt: Attempt): SampleResult {
  const result = create(SampleResultSchema, { sample: sample.name, route, run, attempt });
  const { duration, timeToFirstToken } = attempt;
  if (attempt.outcome === AttemptOutcome.COMPLETED && duration !== undefined && timeToFirstToken !== undefined) {
    result.generationTime = durationFromMs(durationMs(duration) - durationMs(timeToFirstToken));
  }
  return result;
}

function makeResponse({ text }: FoundAnswer): CompleteResponse {
  return create(CompleteResponseSchema, { parts: [{ kind: { case: "text", value: text } }] });
}
