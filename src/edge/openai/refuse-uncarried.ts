/** Refuses the fields of a chat that would change the answer, and are not carried. */

import type { JsonFields } from "../door/json-fields.ts";

/** Each field, and whether a value of it asks for nothing. */
const UNCARRIED: ReadonlyArray<readonly [name: string, asksNothing: (value: unknown) => boolean]> = [
  ["n", (value) => value === 1],
  ["logprobs", (value) => value === false],
  ["top_logprobs", (value) => value === 0],
  ["logit_bias", isEmpty],
  ["audio", () => false],
  ["modalities", (value) => Array.isArray(value) && value.every((modality) => modality === "text")],
  ["prediction", () => false],
  ["web_search_options", () => false],
  ["functions", isEmpty],
  ["function_call", () => false],
];

const MENDS: Readonly<Record<string, string>> = {
  n: "ask once for each answer",
  functions: "use tools",
  function_call: "use tool_choice",
};

/** Reports every field that cannot be passed over without changing what the client gets. */
export function refuseUncarried(chat: JsonFields): void {
  for (const [name, asksNothing] of UNCARRIED) {
    const value = chat.get(name);
    if (value !== undefined && !asksNothing(value)) chat.refuse(name, "is not carried", MENDS[name] ?? "leave it out");
  }
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
