/** Runs a comparison: every sample twice on the primary and once on each backup, and a verdict for each backup. */

import { create } from "@bufbuild/protobuf";
import {
  type CompareRoutesResponse,
  CompareRoutesResponseSchema,
  type ComparisonFinished,
  ComparisonFinishedSchema,
  type ComparisonPlanned,
  ComparisonPlannedSchema,
  SampleResult_Run as Run,
  type SampleResult,
} from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { CostSchema, CostSource, ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { CallRefused } from "../../call/refusal.ts";
import { countNeededSamples, describeMargins, type Margins } from "../margins.ts";
import { findDifferences } from "../shape/find-differences.ts";
import { judgeBackup } from "../verdict/judge-backup.ts";
import { resultKey } from "../verdict/sample-runs.ts";
import { Handover } from "./handover.ts";
import { canSwitch, planTrial, runTrial, type TrialContext, type TrialTools } from "./run-trial.ts";
import { Spending, type SpendingLimits } from "./spending.ts";
import { listTrials, type SampleTrials, type Trial, type TrialOrder, trialKey } from "./trial.ts";
import { addWorst, NOTHING, type WorstCase, worstCaseOfPlan } from "./worst-case.ts";

/** Most samples at the same time, however many places the routes have. */
const MAX_WORKERS = 16;

/** Shorter answers have no middle to be cut in. In characters. */
const MIN_CUT_ANSWER = 40;

export interface ComparisonOrder extends TrialOrder, SpendingLimits {
  readonly comparisonId: string;
  readonly margins: Margins;
  /** Results of an earlier run of the same samples on the same routes. */
  readonly done: readonly SampleResult[];
  readonly includeText: boolean;
}

/** Runs a comparison. The first event is `planned`, the last `finished`. Fails with `CallRefused` if a limit is missing. */
export async function* runComparison(
  order: ComparisonOrder,
  tools: TrialTools,
  signal: AbortSignal,
): AsyncGenerator<CompareRoutesResponse, void, undefined> {
  const stopping = new AbortController();
  const comparison = new Comparison(order, tools, AbortSignal.any([signal, stopping.signal]));
  let sequence = 0n;
  const respond = (event: CompareRoutesResponse["event"]): CompareRoutesResponse =>
    create(CompareRoutesResponseSchema, { sequence: ++sequence, event });
  try {
    yield respond({ case: "planned", value: comparison.plan() });
    const results = comparison.start();
    for (let result = await results.take(); result !== undefined; result = await results.take()) {
      yield respond({ case: "sampleResult", value: result });
    }
    if (!signal.aborted) yield respond({ case: "finished", value: comparison.finish() });
  } finally {
    stopping.abort();
  }
}

class Comparison {
  readonly #order: ComparisonOrder;
  readonly #context: TrialContext;
  readonly #trials: readonly SampleTrials[];
  readonly #results: Map<string, SampleResult>;
  readonly #handover = new Handover<SampleResult>();
  #incomplete = false;
  #spent = false;
  #fault: unknown;

  constructor(order: ComparisonOrder, tools: TrialTools, signal: AbortSignal) {
    this.#order = order;
    const { primary, comparisonId, includeText } = order;
    this.#context = { ...tools, primary, comparisonId, includeText, spending: new Spending(order), signal };
    this.#results = new Map(order.done.map((result) => [resultKey(result), result]));
    this.#trials = listTrials(order);
  }

  /** What will be run. Refuses what has no limit. */
  plan(): ComparisonPlanned {
    const { comparisonId, primary, backups, samples, seed, margins } = this.#order;
    const open = this.#trials.flat().filter((trial) => this.#isOpen(trial));
    const worst = open.map((trial) => worstCaseOfPlan(planTrial(trial, this.#context))).reduce(addWorst, NOTHING);
    this.#checkLimits(open.length, worst);
    const { microUsd } = worst;
    return create(ComparisonPlannedSchema, {
      comparisonId,
      primary,
      backups: [...backups],
      callCount: open.length,
      neededSampleCount: countNeededSamples(margins),
      worstCaseCost: create(
        CostSchema,
        microUsd === undefined ? { source: CostSource.UNKNOWN } : { source: CostSource.ESTIMATED, microUsd },
      ),
      worstCaseTokens: worst.tokens,
      seed,
      sampleCount: samples.length,
      acceptance: describeMargins(margins),
    });
  }

  /** Starts the calls. The results end when nothing more is to be done. */
  start(): Handover<SampleResult> {
    const { planCall, paces } = this.#context;
    const { primary, backups, samples } = this.#order;
    const [first] = samples;
    const routes = first?.request === undefined ? [] : planCall(first.request, [primary, ...backups], "").routes;
    for (const { route } of routes) paces.of(route).startAgain();
    const workerCount = Math.min(MAX_WORKERS, ...routes.map(({ route }) => paces.of(route).share));
    const queue = this.#trials.values();
    const workers = Array.from({ length: workerCount }, () => this.#work(queue));
    void Promise.all(workers)
      .catch((fault: unknown) => {
        this.#fault = fault;
      })
      .finally(() => this.#handover.end());
    return this.#handover;
  }

  /** The verdicts on what was done. Throws what broke a call. */
  finish(): ComparisonFinished {
    if (this.#fault !== undefined) throw this.#fault;
    const { primary, backups, margins } = this.#order;
    const results = [...this.#results.values()];
    return create(ComparisonFinishedSchema, {
      verdicts: backups.map((backup) => judgeBackup(results, { primary, backup, margins })),
      cost: this.#context.spending.cost(),
      usage: this.#context.spending.usage(),
      incomplete: this.#incomplete,
    });
  }

  async #work(queue: Iterator<SampleTrials>): Promise<void> {
    for (let next = queue.next(); next.done !== true; next = queue.next()) {
      for (const trial of next.value) {
        if (this.#spent || this.#context.signal.aborted) break;
        if (this.#isOpen(trial)) await this.#run(trial);
      }
    }
    if (this.#spent) this.#incomplete = true;
  }

  async #run(trial: Trial): Promise<void> {
    const cutAfter = this.#findCut(trial);
    if (cutAfter === undefined) return;
    const end = await runTrial(trial, cutAfter, this.#context);
    if (end.kind === "leftOut") {
      this.#incomplete = true;
      this.#spent ||= end.spent;
      return;
    }
    await this.#keep(trial, end.result);
  }

  /** Keeps a result and hands it over; with the primary's first, those before it get their differences. */
  async #keep(trial: Trial, result: SampleResult): Promise<void> {
    this.#results.set(trialKey(trial), result);
    const reference = this.#primaryOf(trial)?.shape;
    if (reference !== undefined && result.shape !== undefined && trial.run !== Run.PRIMARY) {
      result.differences = findDifferences(reference, result.shape);
    }
    await this.#handover.put(result);
    if (trial.run !== Run.PRIMARY || reference === undefined) return;
    for (const earlier of this.#results.values()) {
      if (earlier.sample !== trial.sample.name || earlier === result || earlier.shape === undefined) continue;
      earlier.differences = findDifferences(reference, earlier.shape);
      if (earlier.differences.length > 0) await this.#handover.put(earlier);
    }
  }

  /** After how many characters a switch is cut; infinite for other trials, undefined if there is nothing to cut. */
  #findCut(trial: Trial): number | undefined {
    if (trial.run !== Run.SWITCH) return Number.POSITIVE_INFINITY;
    const shape = this.#primaryOf(trial)?.shape;
    if (shape === undefined || shape.tools.length > 0) return undefined;
    const length = Number(shape.textCharacters);
    return length < MIN_CUT_ANSWER ? undefined : Math.ceil(length * trial.cutShare);
  }

  #primaryOf({ sample }: Trial): SampleResult | undefined {
    return this.#results.get(resultKey({ sample: sample.name, route: this.#order.primary, run: Run.PRIMARY }));
  }

  /** Whether a trial is still to be made. */
  #isOpen(trial: Trial): boolean {
    if (this.#results.has(trialKey(trial))) return false;
    return trial.run !== Run.SWITCH || canSwitch(planTrial(trial, this.#context));
  }

  #checkLimits(callCount: number, worst: WorstCase): void {
    const { maxMicroUsd, maxTokens } = this.#order;
    if (callCount === 0 || maxTokens !== undefined) return;
    if (maxMicroUsd !== undefined && worst.microUsd !== undefined) return;
    const cost = worst.microUsd === undefined ? "" : `$${(Number(worst.microUsd) / 1e6).toFixed(2)} and `;
    const most = `${callCount} calls can take ${cost}${worst.tokens} tokens`;
    const [field, description] =
      maxMicroUsd === undefined && worst.microUsd !== undefined
        ? ["max_cost_micro_usd", `is missing; give it, or max_tokens: ${most}`]
        : ["max_tokens", `is missing, and the price of a route is not known: ${most}`];
    throw new CallRefused({
      reason: ErrorReason.INVALID_REQUEST,
      message: `the request is not valid: ${field} ${description}`,
      violations: [{ field, description }],
    });
  }
}
