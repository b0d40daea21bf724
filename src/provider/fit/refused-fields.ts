/** Remembers for an hour which fields an upstream does not have. */

import type { AdjustableField, Refusal } from "../../call/adjustment.ts";

/** How long a field stays left out, in milliseconds: servers learn new fields with their next release. */
const REMEMBERED_MS = 3_600_000;

export class RefusedFields {
  readonly #untilMs = new Map<AdjustableField, number>();

  /**
   * Takes refusals behind which the request was taken. One that depends on its value or on other fields is not
   * remembered, nor one that was not the cause: what a caller writes into a request may name a field in an error too.
   */
  confirm(refusals: readonly Refusal[], nowMs: number): void {
    for (const { field, lasting } of refusals) if (lasting) this.#untilMs.set(field, nowMs + REMEMBERED_MS);
  }

  /** What is refused now, with what this call was refused itself. */
  list(refusals: readonly Refusal[], nowMs: number): ReadonlyMap<AdjustableField, Refusal> {
    const refused = new Map<AdjustableField, Refusal>();
    for (const [field, untilMs] of this.#untilMs) if (untilMs > nowMs) refused.set(field, { field, lasting: true });
    for (const refusal of refusals) refused.set(refusal.field, refusal);
    return refused;
  }
}
