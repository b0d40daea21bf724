/** Says that a configuration cannot be used, with every problem at once. */

import { type Problem, printProblem } from "./problem.ts";

/** Carries the problems of a configuration in the order of the file. Its message is one line for each. */
export class ConfigError extends Error {
  readonly problems: readonly Problem[];

  /** `unlisted` counts further problems that were found and not kept. */
  constructor(problems: readonly Problem[], unlisted = 0) {
    const lines = problems.map(printProblem);
    if (unlisted > 0) lines.push(`and ${unlisted} more problems`);
    super(lines.join("\n"));
    this.name = "ConfigError";
    this.problems = problems;
  }
}
