/** What all comparisons of a server share, whichever configuration they began with. */

import { ErrorReason } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import { CallRefused } from "../call/refusal.ts";
import { Paces } from "../compare/run/pace.ts";

/** Most comparisons at the same time: they share a tenth of each route's places. */
const MAX_COMPARISONS = 8;

/** The places of comparisons, and the pace at which they call each route. */
export class ComparisonPlaces {
  readonly paces = new Paces();
  #takenCount = 0;

  /** Takes a place, and returns the function that frees it. Throws `CallRefused` if there is none. */
  take(): () => void {
    if (this.#takenCount >= MAX_COMPARISONS) {
      const message = `${MAX_COMPARISONS} comparisons are running already`;
      throw new CallRefused({ reason: ErrorReason.AT_CAPACITY, message });
    }
    this.#takenCount += 1;
    return () => {
      this.#takenCount -= 1;
    };
  }
}
