/** Asks a workload for one whole answer, as a caller with a key does. */

import { ATTACKER_KEY } from "./start-target.ts";

/** What the upstream of `quick-upstream.ts` says. */
export const QUICK_TEXT = "To be, or not to be.";

export interface Attempted {
  readonly number: number;
  readonly route: string;
  readonly outcome: string;
  /** In the form of RFC 3339. */
  readonly startTime: string;
  /** In the form of `1.5s`. */
  readonly duration: string;
}

export interface Told {
  readonly status: number;
  /** The text of the answer; undefined if the call failed. */
  readonly text: string | undefined;
  /** The reason of the error; undefined if there is none. */
  readonly reason: string | undefined;
  readonly attempts: readonly Attempted[];
}

/** The forms of JSON that the gateway answers with, as far as they are read here. */
interface AnswerJson {
  readonly parts?: readonly { readonly text?: string }[];
  readonly completed?: { readonly attempts?: readonly Attempted[] };
  readonly details?: readonly {
    readonly debug?: { readonly reason?: string; readonly attempts?: readonly Attempted[] };
  }[];
}

/** Resolves with what the caller is told, however the call ends. */
export async function askWorkload(url: string, workload: string): Promise<Told> {
  const response = await fetch(`${url}/understudy.v1.CompletionService/Complete`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${ATTACKER_KEY}` },
    body: JSON.stringify({ workload, messages: [{ role: "ROLE_USER", text: "To be?" }] }),
  });
  const answer: AnswerJson = JSON.parse(await response.text());
  const debugs = (answer.details ?? []).map(({ debug }) => debug);
  const text = answer.parts?.map((part) => part.text ?? "").join("") ?? "";
  return {
    status: response.status,
    text: response.ok ? text : undefined,
    reason: debugs.find((debug) => debug?.reason !== undefined)?.reason,
    attempts: answer.completed?.attempts ?? debugs.find((debug) => debug?.attempts !== undefined)?.attempts ?? [],
  };
}
