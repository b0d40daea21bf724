/** Keeps a comparison within its limits of money and tokens: the worst case of a call is reserved before it is made. */

import { create } from "@bufbuild/protobuf";
import {
  type Attempt,
  type Cost,
  CostSchema,
  CostSource,
  type Usage,
  UsageSchema,
  UsageSource,
} from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import type { WorstCase } from "./worst-case.ts";

/** Undefined limits are none. */
export interface SpendingLimits {
  readonly maxMicroUsd: bigint | undefined;
  readonly maxTokens: bigint | undefined;
}

/** What was spent and what is reserved. */
export class Spending {
  readonly #limits: SpendingLimits;
  #microUsd = 0n;
  #tokens = 0n;
  #reservations = 0;
  #waiting: (() => void)[] = [];
  #costIsKnown = true;
  #isEstimated = false;
  #inputTokens = 0n;
  #outputTokens = 0n;

  constructor(limits: SpendingLimits) {
    this.#limits = limits;
  }

  /**
   * Reserves the worst case of a call. Where it does not fit, waits for calls that run, which will have taken less than
   * was reserved for them. False if it fits no more.
   */
  async reserve(worst: WorstCase): Promise<boolean> {
    while (!this.#fits(worst)) {
      if (this.#reservations === 0) return false;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#reservations++;
    this.#add(worst, 1n);
    return true;
  }

  /** Puts what a call took in the place of its reservation. What is not known counts as the worst of its route. */
  settle(reserved: WorstCase, attempts: readonly Attempt[], worstOf: (route: string) => WorstCase): void {
    this.#reservations--;
    this.#add(reserved, -1n);
    for (const attempt of attempts) {
      const worst = worstOf(attempt.route);
      this.#add({ microUsd: attempt.cost?.microUsd ?? worst.microUsd, tokens: tokensOf(attempt) ?? worst.tokens }, 1n);
      this.#note(attempt);
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  /** What the calls cost, as far as it is known. */
  cost(): Cost {
    if (!this.#costIsKnown) return create(CostSchema, { source: CostSource.UNKNOWN });
    const source = this.#isEstimated ? CostSource.ESTIMATED : CostSource.REPORTED;
    return create(CostSchema, { source, microUsd: this.#microUsd });
  }

  /** The tokens that the calls told. */
  usage(): Usage {
    const source = this.#isEstimated ? UsageSource.ESTIMATED : UsageSource.REPORTED;
    return create(UsageSchema, { source, inputTokens: this.#inputTokens, outputTokens: this.#outputTokens });
  }

  #fits({ microUsd, tokens }: WorstCase): boolean {
    const { maxMicroUsd, maxTokens } = this.#limits;
    if (maxTokens !== undefined && this.#tokens + tokens > maxTokens) return false;
    return maxMicroUsd === undefined || microUsd === undefined || this.#microUsd + microUsd <= maxMicroUsd;
  }

  #add({ microUsd, tokens }: WorstCase, sign: 1n | -1n): void {
    this.#microUsd += sign * (microUsd ?? 0n);
    this.#tokens += sign * tokens;
  }

  #note({ cost, usage }: Attempt): void {
    if (cost?.microUsd === undefined && cost?.source !== CostSource.NONE) this.#costIsKnown = false;
    if (usage?.source === UsageSource.ESTIMATED || usage?.source === UsageSource.UNKNOWN) this.#isEstimated = true;
    this.#inputTokens += usage?.inputTokens ?? 0n;
    this.#outputTokens += usage?.outputTokens ?? 0n;
  }
}

/** Tokens of an attempt; undefined where they are not known. */
function tokensOf({ usage }: Attempt): bigint | undefined {
  if (usage?.source === UsageSource.NONE) return 0n;
  if (usage?.inputTokens === undefined || usage.outputTokens === undefined) return undefined;
  return usage.inputTokens + usage.outputTokens;
}
