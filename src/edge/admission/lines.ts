/** Those who wait: a line for each party. */

import { Trend } from "./trend.ts";

/** Something that waits to be let in. */
export interface Newcomer {
  /** Whose it is: everybody has a line of their own, and the lines take turns. */
  readonly party: string;
  /** Nobody waits for it any more: it is dropped before it runs. */
  readonly isGone: () => boolean;
  start(): void;
  /** There is too much to do. */
  shed(): void;
}

interface Waiting {
  readonly newcomer: Newcomer;
  readonly sinceMs: number;
}

/** From how many that wait on, while more come than start, the newest are first: the oldest may be wanted no more. */
const FAIR_LENGTH = 16;

/** Those of one party, oldest first. */
export class Line {
  readonly trend: Trend;
  readonly #waiting: Waiting[] = [];

  constructor(burstMs: number) {
    this.trend = new Trend(burstMs);
  }

  get length(): number {
    return this.#waiting.length;
  }

  add(newcomer: Newcomer, nowMs: number): void {
    this.#waiting.push({ newcomer, sinceMs: nowMs });
  }

  /** Whether the oldest came before a time, or nobody waits for it any more. */
  isLate(beforeMs: number): boolean {
    const [oldest] = this.#waiting;
    return oldest !== undefined && (oldest.sinceMs < beforeMs || oldest.newcomer.isGone());
  }

  takeOldest(): Newcomer | undefined {
    return this.#leave(this.#waiting.shift());
  }

  takeNext(nowMs: number): Newcomer | undefined {
    const newestFirst = this.length > FAIR_LENGTH && this.trend.isRising(nowMs);
    return this.#leave(newestFirst ? this.#waiting.pop() : this.#waiting.shift());
  }

  #leave(waiting: Waiting | undefined): Newcomer | undefined {
    if (this.length === 0) this.trend.emptied();
    return waiting?.newcomer;
  }
}

/** Lines that take turns. */
export class Lines {
  readonly #burstMs: number;
  /** One for each party that ever came: parties are few, as callers are. */
  readonly #lines = new Map<string, Line>();
  /** The line whose turn is next comes first. */
  #turns: Line[] = [];

  constructor(burstMs: number) {
    this.#burstMs = burstMs;
  }

  of(party: string): Line {
    const known = this.#lines.get(party);
    if (known !== undefined) return known;
    const line = new Line(this.#burstMs);
    this.#lines.set(party, line);
    return line;
  }

  add(newcomer: Newcomer, nowMs: number): void {
    const line = this.of(newcomer.party);
    if (line.length === 0) this.#turns.push(line);
    line.add(newcomer, nowMs);
  }

  /** Takes one of the party whose turn it is. */
  next(nowMs: number): { newcomer: Newcomer; line: Line } | undefined {
    for (;;) {
      const line = this.#turns.shift();
      if (line === undefined) return undefined;
      const newcomer = line.takeNext(nowMs);
      if (line.length > 0) this.#turns.push(line);
      if (newcomer !== undefined) return { newcomer, line };
    }
  }

  /** The lines in which somebody waits. */
  waiting(): readonly Line[] {
    this.#turns = this.#turns.filter(({ length }) => length > 0);
    return this.#turns;
  }

  /** Whether more of some party come than start. */
  isRising(nowMs: number): boolean {
    for (const { trend } of this.#lines.values()) if (trend.isRising(nowMs)) return true;
    return false;
  }

  /** How many wait. */
  count(): number {
    return this.#turns.reduce((sum, { length }) => sum + length, 0);
  }

  /** Whether no line is longer than this one. */
  isLongest(line: Line): boolean {
    return this.#turns.every(({ length }) => length <= line.length);
  }
}
