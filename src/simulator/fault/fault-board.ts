/** Faults set while the simulator runs, and how often each model was asked. */

import type { ChosenFault } from "./fault.ts";
import { parseFaults } from "./parse-behaviour.ts";

/** Stands for every model. */
const EVERY_MODEL = "*";

/** Models whose requests are counted; beyond that the count of the model counted longest starts over. */
const MAX_COUNTED_MODELS = 10_000;

/** Faults set while the simulator runs, and how often each model was asked. */
export class FaultBoard {
  readonly #faults = new Map<string, { readonly text: string; readonly faults: readonly ChosenFault[] }>();
  readonly #visitCounts = new Map<string, number>();

  /**
   * Sets the faults of a model, in place of those set before, and counts its requests from 1 again. `model` is a name
   * with or without its own faults, or `*`; without faults the model is healthy. Throws `UnknownFault`.
   */
  set(model: string, fault: string | undefined): void {
    if (fault === undefined || fault === "") this.#faults.delete(model);
    else this.#faults.set(model, { text: fault, faults: parseFaults(fault) });
    this.#forgetVisits(model);
  }

  /** The faults set for a model: for its name as it is asked for, for the name before the first `+`, for `*`. */
  get(asked: string, model: string): readonly ChosenFault[] {
    const names = new Set([asked, model, EVERY_MODEL]);
    return [...names].flatMap((name) => this.#faults.get(name)?.faults ?? []);
  }

  /** What is set, as text by model. */
  list(): Record<string, string> {
    return Object.fromEntries([...this.#faults].map(([model, { text }]) => [model, text]));
  }

  /** Counts a request to a model; the first is 1. */
  visit(asked: string): number {
    const count = (this.#visitCounts.get(asked) ?? 0) + 1;
    const [longest] = this.#visitCounts.keys();
    if (longest !== undefined && this.#visitCounts.size >= MAX_COUNTED_MODELS) this.#visitCounts.delete(longest);
    this.#visitCounts.set(asked, count);
    return count;
  }

  /** Forgets every fault and count. */
  reset(): void {
    this.#faults.clear();
    this.#visitCounts.clear();
  }

  #forgetVisits(model: string): void {
    for (const asked of this.#visitCounts.keys()) {
      if (model === EVERY_MODEL || asked === model || asked.startsWith(`${model}+`)) this.#visitCounts.delete(asked);
    }
  }
}
