/** Remembers for an hour which fields an upstream does not have. */

import type { AdjustableField, Refusal } from "../../call/adjustment.ts";

/** How long a field stays left out, in milliseconds: servers learn new fields with their next release. */
const REMEMBERED_MS = 3_600_000;

const REASON = "left out: the upstream refused it";

export class RefusedFields {
  readonly #untilMs = new Map<AdjustableField, number>();

  /** Takes a refusal; one that depends on the value or on other fields is not remembered. */
  note({ field, lasting }: Refusal, nowMs: number): void {
    if (lasting) this.#untilMs.set(field, nowMs + REMEMBERED_MS);
  }

  /** What is refused now, with what this call was refused itself. */
  list(asked: readonly AdjustableField[], nowMs: number): ReadonlyMap<AdjustableField, string> {
    const refused = new Map<AdjustableField, string>();
    for (const [field, untilMs] of this.#untilMs) if (untilMs > nowMs) refused.set(field, REASON);
    for (const field of asked) refused.set(field, REASON);
    return refused;
  }
}
