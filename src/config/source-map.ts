/** Remembers where each value of a configuration stands in its file, and which of them came from the environment. */

import type { Position } from "./problem.ts";

const START: Position = { line: 1, column: 1 };

/** Places of values by their path. */
export class SourceMap {
  readonly file: string;
  readonly #positions = new Map<string, Position>();
  readonly #variables = new Set<string>();

  constructor(file: string) {
    this.file = file;
  }

  place(path: string, position: Position): void {
    this.#positions.set(path, position);
  }

  /** Place of a value; of the nearest value around it if it is not in the file; else the start of the file. */
  positionOf(path: string): Position {
    for (let at = path; at !== ""; at = pathAround(at)) {
      const position = this.#positions.get(at);
      if (position !== undefined) return position;
    }
    return START;
  }

  markVariable(path: string): void {
    this.#variables.add(path);
  }

  /** Whether the text at this path was written with an environment variable. */
  usesVariable(path: string): boolean {
    return this.#variables.has(path);
  }
}

/** Path of the value around another: `a.b[2]` lies in `a.b`, that in `a`, that in the whole file. */
export function pathAround(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("."), path.lastIndexOf("["), 0));
}

/** Path of the value with this key in another; the whole file has the empty path. */
export function pathInside(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}
