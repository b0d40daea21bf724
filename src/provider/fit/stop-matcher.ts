/** Ends an answer at stop sequences that its upstream does not take. */

/** Holds back what may be the beginning of a stop sequence, and nothing else. */
export class StopMatcher {
  readonly #sequences: readonly string[];
  readonly #longest: number;
  #held = "";
  #stopped = false;

  constructor(sequences: readonly string[]) {
    this.#sequences = sequences;
    this.#longest = Math.max(...sequences.map(({ length }) => length));
  }

  /** Whether a stop sequence came. Nothing is to be delivered behind it. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Takes the next piece and returns what may be delivered. */
  push(piece: string): string {
    if (this.#stopped) return "";
    const text = this.#held + piece;
    const at = this.#find(text);
    if (at >= 0) {
      this.#stopped = true;
      this.#held = "";
      return text.slice(0, at);
    }
    const kept = this.#beginning(text);
    this.#held = text.slice(text.length - kept);
    return text.slice(0, text.length - kept);
  }

  /** What is held when something else than text follows. */
  end(): string {
    const rest = this.#held;
    this.#held = "";
    return rest;
  }

  #find(text: string): number {
    const places = this.#sequences.map((sequence) => text.indexOf(sequence)).filter((place) => place >= 0);
    return places.length === 0 ? -1 : Math.min(...places);
  }

  /** Length of the longest end of the text with which a stop sequence begins. */
  #beginning(text: string): number {
    for (let length = Math.min(text.length, this.#longest - 1); length > 0; length -= 1) {
      const end = text.slice(text.length - length);
      if (this.#sequences.some((sequence) => sequence.length > length && sequence.startsWith(end))) return length;
    }
    return 0;
  }
}
