/** Collects the fields of a request that are wrong. */

import type { FieldViolation } from "../../call/refusal.ts";

/** Most violations that are listed: a caller mends these first, and the answer's trailers hold no more. */
const MAX_LISTED = 20;

/** The violations of one request. Descriptions never hold text of the request. */
export class Violations {
  readonly list: FieldViolation[] = [];

  /** Whether looking further is of no use. */
  get isFull(): boolean {
    return this.list.length >= MAX_LISTED;
  }

  add(field: string, mistake: string, mend: string): void {
    this.report({ field, description: `${mistake}; ${mend}` });
  }

  /** Adds one whose description is whole. */
  report(violation: FieldViolation): void {
    if (!this.isFull) this.list.push(violation);
  }
}
