/** A response that is an error of the vendor. */

import type { Problem } from "../dialect/request-problem.ts";
import type { Dialect, Stamp } from "../dialect/simulated-dialect.ts";
import { makeScript, type Script } from "./script.ts";

/** Answers with the dialect's error for `problem`. */
export function makeProblemScript(dialect: Dialect, stamp: Stamp, problem: Problem): Script {
  const { status, body } = dialect.problem(stamp, problem);
  const headers = { "content-type": "application/json", ...dialect.headers(stamp) };
  return makeScript(
    false,
    { kind: "head", status, headers },
    { kind: "send", bytes: JSON.stringify(body), part: "terminal" },
    { kind: "end" },
  );
}
