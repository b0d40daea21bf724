/** Cuts a script short. */

import type { Script, Step } from "./script.ts";

/** Plays `script` up to its `count`-th piece of content, or all of its content if it has fewer, then `ending`. */
export function breakOff(script: Script, count: number, ...ending: readonly Step[]): Script {
  return { ...script, steps: stepsUntil(script.steps, count, ending) };
}

function* stepsUntil(steps: Iterable<Step>, count: number, ending: readonly Step[]): Iterable<Step> {
  let seen = 0;
  for (const step of steps) {
    const isContent = step.kind === "send" && step.part === "content";
    if (isContent && seen === count) break;
    if (isTerminal(step)) break;
    yield step;
    // Behind the last piece that counts, not before the next one: what closes its block does not come.
    if (isContent && ++seen === count) break;
  }
  yield* ending;
}

function isTerminal(step: Step): boolean {
  return step.kind === "end" || (step.kind === "send" && (step.part === "terminal" || step.part === "done"));
}
