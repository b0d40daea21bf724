/** Where a command reads and writes. */

import { createOutput, type Output } from "./output.ts";

export interface Terminal {
  readonly input: NodeJS.ReadStream;
  /** Answers and tables. */
  readonly out: Output;
  /** Everything about them: switches, summaries, errors. */
  readonly err: Output;
}

/** Creates the terminal of this process. */
export function createTerminal(): Terminal {
  return { input: process.stdin, out: createOutput(process.stdout), err: createOutput(process.stderr) };
}
