/** Finds stop sequences that begin in delivered text and end in its continuation, where no upstream can see them. */

/**
 * Passes the beginning of a continuation on until no stop sequence can span the seam any more. A stop sequence that
 * lies wholly in the continuation is the upstream's own business.
 */
export class SeamStops {
  readonly #sequences: readonly string[];
  readonly #tail: string;
  #held = "";
  #open: boolean;
  #stopped = false;

  constructor(delivered: string, sequences: readonly string[]) {
    const longest = Math.max(0, ...sequences.map((sequence) => sequence.length));
    this.#sequences = sequences;
    this.#tail = longest > 1 ? delivered.slice(1 - longest) : "";
    this.#open = this.#spans("");
  }

  /** Whether a stop sequence was found: nothing more is to be delivered. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Takes the next piece and returns what may be delivered now. */
  push(piece: string): string {
    if (this.#stopped) return "";
    if (!this.#open) return piece;
    this.#held += piece;
    if (this.#completes()) {
      this.#stopped = true;
      return "";
    }
    return this.#spans(this.#held) ? "" : this.end();
  }

  /** Ends the continuation. Returns what may still be delivered. */
  end(): string {
    const rest = this.#stopped ? "" : this.#held;
    this.#held = "";
    this.#open = false;
    return rest;
  }

  /** Whether a stop sequence that begins in the tail could still be completed behind `held`. */
  #spans(held: string): boolean {
    const text = this.#tail + held;
    return this.#starts().some((start) =>
      this.#sequences.some(
        (sequence) => sequence.length > text.length - start && sequence.startsWith(text.slice(start)),
      ),
    );
  }

  #completes(): boolean {
    const text = this.#tail + this.#held;
    return this.#starts().some((start) =>
      this.#sequences.some(
        (sequence) => start + sequence.length > this.#tail.length && text.startsWith(sequence, start),
      ),
    );
  }

  /** Places in the tail where a stop sequence could begin. At most 255. */
  #starts(): number[] {
    return Array.from({ length: this.#tail.length }, (_, index) => index);
  }
}
