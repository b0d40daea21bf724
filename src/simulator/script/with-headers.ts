/** Adds headers to the response of a script. */

import type { Script, Step } from "./script.ts";

/** Plays `script` with these headers besides its own. */
export function withHeaders(script: Script, headers: Readonly<Record<string, string>>): Script {
  return { ...script, steps: stepsWith(script.steps, headers) };
}

function* stepsWith(steps: Iterable<Step>, headers: Readonly<Record<string, string>>): Iterable<Step> {
  for (const step of steps) {
    yield step.kind === "head" ? { ...step, headers: { ...step.headers, ...headers } } : step;
  }
}
