/** Makes ids of tool calls fit an upstream, one to one within a request. */

import { createHash } from "node:crypto";
import type { CallIdRule } from "../../vendor/request-rules.ts";

export class CallIds {
  readonly #rule: CallIdRule;
  /** The fitted id of the latest call of each id. */
  readonly #fitted = new Map<string, string>();
  readonly #taken = new Set<string>();
  /** How often an id was made for each id, so that a history that repeats one a thousand times is no work. */
  readonly #madeCount = new Map<string, number>();

  constructor(rule: CallIdRule) {
    this.#rule = rule;
  }

  /** The id of a call that begins. Some servers count from 0 in every turn: the second call of an id gets one of its own. */
  begin(id: string): string {
    const fitted = this.#fit(id);
    this.#fitted.set(id, fitted);
    this.#taken.add(fitted);
    return fitted;
  }

  /** The id of the call that a result answers. */
  find(id: string): string {
    return this.#fitted.get(id) ?? this.begin(id);
  }

  #fit(id: string): string {
    if (this.#rule.pattern.test(id) && !this.#taken.has(id)) return id;
    // The same history gets the same ids in every turn, so that what an upstream keeps of it stays valid.
    for (let count = this.#madeCount.get(id) ?? 0; ; count += 1) {
      const made = this.#make(`${count}:${id}`);
      this.#madeCount.set(id, count + 1);
      if (!this.#taken.has(made)) return made;
    }
  }

  #make(seed: string): string {
    const { prefix, length } = this.#rule;
    const digits = createHash("sha256").update(seed).digest("hex");
    return prefix + digits.slice(0, length - prefix.length);
  }
}
