/** Collects what is wrong in a configuration, so that all of it is said at once. */

import { ConfigError } from "./config-error.ts";
import type { Position, Problem } from "./problem.ts";
import { showText } from "./show-text.ts";
import { pathAround, type SourceMap } from "./source-map.ts";

/** Most problems that are listed: more do not help a reader, and a hostile file must not fill the memory. */
const MAX_LISTED = 100;

/** The problems and warnings of one file. */
export class Problems {
  readonly source: SourceMap;
  readonly #problems: Problem[] = [];
  readonly #warnings: Problem[] = [];
  readonly #broken = new Set<string>();
  #unlisted = 0;

  constructor(source: SourceMap) {
    this.source = source;
  }

  /** Adds a problem at a path, unless the value there, or one around it, was found broken before. */
  report(path: string, message: string, mend: string): void {
    if (!this.isBroken(path)) this.reportAt(this.source.positionOf(path), path, message, mend);
  }

  /** Adds a problem at a place of its own. */
  reportAt(position: Position, path: string, message: string, mend: string): void {
    this.markBroken(path);
    if (this.#problems.length < MAX_LISTED) this.#problems.push(this.#make(position, path, message, mend));
    else this.#unlisted += 1;
  }

  /** Gives up at once, with this one problem of the whole file. */
  giveUp(message: string, mend: string): never {
    throw new ConfigError([this.#make(this.source.positionOf(""), "", message, mend)]);
  }

  warn(path: string, message: string, mend: string): void {
    if (this.#warnings.length >= MAX_LISTED) return;
    this.#warnings.push(this.#make(this.source.positionOf(path), path, message, mend));
  }

  /** Keeps later checks from complaining about a value that follows from a problem that is known. */
  markBroken(path: string): void {
    this.#broken.add(path);
  }

  isBroken(path: string): boolean {
    for (let at = path; at !== ""; at = pathAround(at)) if (this.#broken.has(at)) return true;
    return this.#broken.has("");
  }

  /** A value in quotes for a message; one that came from the environment is not shown. */
  quote(path: string, value: string): string {
    return this.source.usesVariable(path) ? "the value of its variable" : showText(value);
  }

  /** The warnings in the order of the file. */
  warnings(): readonly Problem[] {
    return inFileOrder(this.#warnings);
  }

  /** Fails with `ConfigError` if there is any problem. */
  throwIfAny(): void {
    if (this.#problems.length > 0) throw new ConfigError(inFileOrder(this.#problems), this.#unlisted);
  }

  #make(position: Position, path: string, message: string, mend: string): Problem {
    return { file: this.source.file, line: position.line, column: position.column, path, message, mend };
  }
}

function inFileOrder(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
}
