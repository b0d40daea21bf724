/** What is wrong in a configuration, where, and how to mend it. */

/** A place in a file. Lines and columns count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One mistake, or one thing to think about. Never holds a key or the value of an environment variable. */
export interface Problem extends Position {
  readonly file: string;
  /** Path of the value: `routes.claude-direct.max_concurrency`; empty for the file as a whole. */
  readonly path: string;
  /** What is wrong. */
  readonly message: string;
  /** What to do about it. */
  readonly mend: string;
}

/** Writes a problem as one line: `understudy.yaml:12:5: routes.a.modle: unknown key; did you mean model?` */
export function printProblem(problem: Problem): string {
  const place = `${problem.file}:${problem.line}:${problem.column}`;
  const path = problem.path === "" ? "" : `${problem.path}: `;
  return `${place}: ${path}${problem.message}; ${problem.mend}`;
}
