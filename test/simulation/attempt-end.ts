/** The ends of attempts, as the engine tells them when their call has ended. */

import { AttemptOutcome, AttemptOutcomeSchema } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import type { CallRun } from "../../src/call/call-record.ts";

/** The end of an attempt that did not complete its answer. */
export interface AttemptEnd {
  readonly route: string;
  readonly outcome: string;
  /** The kind of the upstream's failure, if it was one. */
  readonly failure: string | undefined;
  readonly message: string;
}

/** What the engine says itself of an upstream that breaks its contract. */
const OWN_WORDS: ReadonlyMap<string, string> = new Map([
  ["ended without an end of the answer", "truncated"],
  ["broke its own rules", "malformed"],
]);

/** The attempts of a call that did not complete its answer. Rude upstreams name the kind of their failure. */
export function listEnds({ attempts }: CallRun): AttemptEnd[] {
  return attempts
    .filter(({ outcome }) => outcome !== AttemptOutcome.COMPLETED)
    .map(({ route, outcome, message }) => ({
      route,
      outcome: AttemptOutcomeSchema.value[outcome]?.localName.toLowerCase() ?? "",
      failure: /^failed: (.*)$/.exec(message)?.[1] ?? OWN_WORDS.get(message),
      message,
    }));
}
