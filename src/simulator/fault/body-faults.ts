/** Faults that change how the body of an answer is sent. */

import { gzipSync } from "node:zlib";
import type { SendStep, Step } from "../script/script.ts";
import { withHeaders } from "../script/with-headers.ts";
import type { ScriptFault } from "./fault.ts";

/** A pause is meant to be longer than the limits of those who wait. */
const PAUSE_MS = 2_000;

export const BODY_FAULTS: readonly ScriptFault[] = [
  {
    name: "pause",
    takes: { unit: "tokens", least: 0, most: 1_000_000, word: "ms" },
    description: "sends n tokens, or all it has, goes on 2000 or the given milliseconds after the request",
    stage: "script",
    change: ({ number, word }, script) => {
      const ms = Number.parseInt(word, 10) || PAUSE_MS;
      return { ...script, steps: pauseAfter(script.steps, number, ms) };
    },
  },
  {
    name: "finish-first",
    description: "counts the finish reason as the last token, so that faults named behind this one can follow it",
    stage: "script",
    change: (_, script) => ({ ...script, steps: countFinish(script.steps) }),
  },
  {
    name: "lose-last",
    description: "leaves out the last token: the arguments of a call are then no JSON",
    stage: "script",
    change: (_, script) => ({ ...script, steps: withoutLast(script.steps) }),
  },
  {
    name: "gzip",
    description: "compresses the body, although nobody asked for that",
    stage: "script",
    change: (_, script) => withHeaders({ ...script, steps: compress(script.steps) }, { "content-encoding": "gzip" }),
  },
];

/** Waits before the first piece of content behind `count`, or before whatever ends the content. */
function* pauseAfter(steps: Iterable<Step>, count: number, ms: number): Iterable<Step> {
  let seen = 0;
  let paused = false;
  for (const step of steps) {
    if (!paused && (endsContent(step) || (seen === count && isContent(step)))) {
      yield { kind: "wait", ms };
      paused = true;
    }
    if (isContent(step)) seen++;
    yield step;
  }
}

function* countFinish(steps: Iterable<Step>): Iterable<Step> {
  let counted = false;
  for (const step of steps) {
    if (step.kind !== "send" || step.part !== "terminal" || counted) {
      yield step;
      continue;
    }
    counted = true;
    yield { ...step, part: "content" };
  }
}

/** Holds each piece of content until the next one shows that it is not the last. */
function* withoutLast(steps: Iterable<Step>): Iterable<Step> {
  let held: Step[] = [];
  for (const step of steps) {
    if (isContent(step)) {
      yield* held;
      held = [step];
    } else if (held.length > 0) held.push(step);
    else yield step;
  }
  yield* held.slice(1);
}

/** Each write is a gzip member of its own: a body may have many. */
function* compress(steps: Iterable<Step>): Iterable<Step> {
  for (const step of steps) yield step.kind === "send" ? { ...step, bytes: gzipSync(step.bytes) } : step;
}

function isContent(step: Step): step is SendStep {
  return step.kind === "send" && step.part === "content";
}

function endsContent(step: Step): boolean {
  if (step.kind === "send") return step.part === "terminal" || step.part === "done";
  return step.kind !== "head" && step.kind !== "wait";
}
