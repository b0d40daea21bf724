/** Turns a request and its faults into what happens on the connection. */

import { composeAnswer } from "../answer/compose-answer.ts";
import type { Manner } from "../answer/manner.ts";
import { makeAnswerScript } from "../script/answer-script.ts";
import { makeProblemScript } from "../script/problem-script.ts";
import type { Script } from "../script/script.ts";
import type { ChosenFault, Visit } from "./fault.ts";

/** The script for one request. Of several faults that take the place of the answer the first one that applies counts. */
export function applyFaults(visit: Visit, chosen: readonly ChosenFault[], healthy: Manner): Script {
  const faults = isDue(visit, chosen) ? chosen : [];
  const base = replaceAnswer(visit, faults) ?? makeAnswer(visit, mannerOf(faults, healthy));
  return faults.reduce(
    (script, { fault, argument }) => (fault.stage === "script" ? fault.change(argument, script, visit) : script),
    base,
  );
}

function isDue(visit: Visit, chosen: readonly ChosenFault[]): boolean {
  return chosen.every(({ fault, argument }) => fault.stage !== "when" || fault.applies(argument, visit));
}

function replaceAnswer(visit: Visit, faults: readonly ChosenFault[]): Script | undefined {
  for (const { fault, argument } of faults) {
    const script = fault.stage === "reply" ? fault.reply(argument, visit) : undefined;
    if (script !== undefined) return script;
  }
  return undefined;
}

function mannerOf(faults: readonly ChosenFault[], healthy: Manner): Manner {
  return faults.reduce(
    (manner, { fault, argument }) => (fault.stage === "manner" ? fault.change(argument, manner) : manner),
    healthy,
  );
}

function makeAnswer(visit: Visit, manner: Manner): Script {
  const { ask, dialect, stamp } = visit;
  const answer = composeAnswer(ask, manner, (index) => dialect.toolCallId(stamp, index));
  // Azure refuses with a status what others end with a finish reason.
  const isRefused = answer.finish === "content-filter" && answer.parts.length === 0;
  if (isRefused && stamp.isAzure) return makeProblemScript(dialect, stamp, { kind: "content-filtered" });
  return makeAnswerScript(dialect, { ask, answer, stamp }, manner);
}
