/** Hands an answer that another attempt began to the next model, in the form that its route declares. */

import { type Capabilities, Continuation } from "../../../gen/ts/understudy/v1/route_service_pb.ts";
import type { Refusal } from "../../call/adjustment.ts";
import type { ContinuationRequest } from "../../call/upstream.ts";
import { pickAnchor } from "./anchor.ts";

/** In which form a route is asked. It changes when the upstream refused the usual one. */
export interface AttemptForm {
  /** Asks by instruction where the route declares a prefill. */
  readonly withoutPrefill: boolean;
  /** Leaves signed reasoning of earlier turns out. */
  readonly withoutReasoning: boolean;
  /** What the route refused by name. */
  readonly refusals: readonly Refusal[];
}

export const USUAL_FORM: AttemptForm = { withoutPrefill: false, withoutReasoning: false, refusals: [] };

/**
 * Makes the continuation of everything delivered, whichever attempts delivered it. Trailing white space is left out,
 * because models refuse or mangle it; the seam puts it back. Undefined if there is nothing to continue.
 */
export function makeContinuation(
  capabilities: Capabilities,
  delivered: string,
  form: AttemptForm,
  instruction: string,
): ContinuationRequest | undefined {
  const text = delivered.trimEnd();
  if (text === "") return undefined;
  const prefills = capabilities.continuation === Continuation.PREFILL && !form.withoutPrefill;
  if (prefills) return { form: "prefill", text, instruction };
  return { form: "instruct", text, instruction: askForAnchor(instruction, text) };
}

/** The instruction, and the last words to begin with, so that the seam finds where the continuation begins. */
function askForAnchor(instruction: string, text: string): string {
  const anchor = pickAnchor(text);
  return anchor === undefined
    ? instruction
    : `${instruction}\n\nBegin your reply with exactly these last words, and go on from there:\n${anchor}`;
}
