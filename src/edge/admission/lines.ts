/** Those who wait: a line for each party. */

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

export interface Waiting {
  readonly newcomer: Newcomer;
  readonly sinceMs: number;
}

/** Lines that take turns, one for each party that waits. */
export class Lines {
  /** Each is oldest first, and taken from both ends. The party whose turn is next comes first. */
  readonly #lines = new Map<string, Waiting[]>();
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(waiting: Waiting): void {
    const { party } = waiting.newcomer;
    const line = this.#lines.get(party);
    if (line === undefined) this.#lines.set(party, [waiting]);
    else line.push(waiting);
    this.#length += 1;
  }

  /** Takes one of the party whose turn it is. */
  next(newestFirst: boolean): Waiting | undefined {
    const [first] = this.#lines;
    if (first === undefined) return undefined;
    const [party, line] = first;
    this.#lines.delete(party);
    const taken = newestFirst ? line.pop() : line.shift();
    if (line.length > 0) this.#lines.set(party, line);
    this.#length -= 1;
    return taken;
  }

  /** Takes one that came before a time. */
  takeLate(beforeMs: number): Waiting | undefined {
    for (const [party, [oldest]] of this.#lines) {
      if (oldest !== undefined && (oldest.sinceMs < beforeMs || oldest.newcomer.isGone())) return this.#shift(party);
    }
    return undefined;
  }

  /** Takes the oldest one of the party that has the most. */
  takeOldest(): Waiting | undefined {
    const [longest] = [...this.#lines].toSorted(([, one], [, other]) => other.length - one.length);
    return longest && this.#shift(longest[0]);
  }

  /** Whether no party has more than this one. */
  isLongest(party: string): boolean {
    const length = this.#lines.get(party)?.length ?? 0;
    for (const line of this.#lines.values()) if (line.length > length) return false;
    return true;
  }

  #shift(party: string): Waiting | undefined {
    const line = this.#lines.get(party);
    const taken = line?.shift();
    if (line?.length === 0) this.#lines.delete(party);
    if (taken !== undefined) this.#length -= 1;
    return taken;
  }
}
