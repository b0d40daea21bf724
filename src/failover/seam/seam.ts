/** Joins a continuation to the text that was delivered before it. */

import { MIN_OVERLAP, MIN_START_OVER, OVERLAP_WINDOW } from "../engine-limits.ts";

type State =
  /** The head is held: it may repeat the tail of the answer, or its beginning. */
  | { readonly kind: "holding"; head: string }
  /** The continuation says the answer again from its beginning; `position` is how far it came. */
  | { readonly kind: "skipping"; position: number }
  /** The rest is passed on. */
  | { readonly kind: "joined" }
  /** The continuation began as the answer does and then went another way: it cannot be joined. */
  | { readonly kind: "diverged" };

/**
 * Passes a continuation on without what repeats delivered text.
 *
 * Three repeats are recognised: white space that the delivered text ends with (the model was asked without it), the
 * last words of the delivered text (not after a prefill: a true one never repeats), and the whole answer from its
 * beginning. Lengths are in UTF-16 units; delivered text holds whole code points, so no cut splits one.
 */
export class Seam {
  readonly #delivered: string;
  readonly #whiteSpace: string;
  readonly #tail: string;
  readonly #looksForOverlap: boolean;
  #state: State = { kind: "holding", head: "" };
  #trimmed = "";

  constructor(delivered: string, form: "prefill" | "instruct") {
    this.#delivered = delivered;
    this.#whiteSpace = delivered.slice(delivered.trimEnd().length);
    this.#tail = delivered.slice(-OVERLAP_WINDOW);
    this.#looksForOverlap = form === "instruct";
  }

  get diverged(): boolean {
    return this.#state.kind === "diverged";
  }

  /** Whether text is held that `release` would pass on. A suspected start-over is held until it is settled. */
  get holdsOverlap(): boolean {
    return this.#state.kind === "holding" && this.#state.head !== "" && !this.#mayStartOver(this.#state.head);
  }

  /** What was left out so far. */
  get trimmed(): string {
    return this.#trimmed;
  }

  /** Takes the next piece and returns what may be delivered now. */
  push(piece: string): string {
    const state = this.#state;
    switch (state.kind) {
      case "joined":
        return piece;
      case "diverged":
        return "";
      case "skipping":
        return this.#skip(state.position, piece);
      case "holding":
        return this.#hold(state.head + piece);
    }
  }

  /** Ends the hold because it took too long. Returns what may be delivered now. */
  release(): string {
    return this.holdsOverlap && this.#state.kind === "holding" ? this.#cut(this.#state.head) : "";
  }

  /** Ends the continuation. Returns what may still be delivered. */
  end(): string {
    const state = this.#state;
    // skipping -> diverged: the answer that was said again is shorter than what was delivered
    if (state.kind === "skipping") this.#state = { kind: "diverged" };
    return state.kind === "holding" ? this.#cut(state.head) : "";
  }

  #hold(head: string): string {
    const needed = Math.min(MIN_START_OVER, this.#delivered.length);
    // holding -> skipping: too much of the answer's beginning for a coincidence, even if this piece also ends it
    if (head.length >= needed && head.startsWith(this.#delivered.slice(0, needed))) return this.#skip(0, head);
    if (this.#mayStartOver(head) || this.#mayOverlap(head)) {
      this.#state = { kind: "holding", head };
      return "";
    }
    return this.#cut(head);
  }

  #mayStartOver(head: string): boolean {
    const { length } = this.#delivered;
    return head.length < length ? this.#delivered.startsWith(head) : head.startsWith(this.#delivered);
  }

  #mayOverlap(head: string): boolean {
    if (!this.#looksForOverlap) return this.#whiteSpace.length > head.length && this.#whiteSpace.startsWith(head);
    return head.length < OVERLAP_WINDOW && this.#tail.includes(head.trimStart());
  }

  #skip(position: number, piece: string): string {
    const expected = this.#delivered.slice(position, position + piece.length);
    if (!piece.startsWith(expected)) {
      // skipping -> diverged: another answer to the same question
      this.#state = { kind: "diverged" };
      return "";
    }
    this.#trimmed += expected;
    if (position + piece.length < this.#delivered.length) {
      this.#state = { kind: "skipping", position: position + piece.length };
      return "";
    }
    // skipping -> joined: our end is reached
    this.#state = { kind: "joined" };
    return piece.slice(expected.length);
  }

  /** holding -> joined: leaves out what repeats, and passes the rest on. */
  #cut(head: string): string {
    const repeated = this.#looksForOverlap ? this.#overlap(head) : 0;
    const rest = head.slice(repeated);
    // Behind a repeat that ended with the delivered white space there is nothing more to put back.
    const space =
      repeated > 0 && this.#delivered.endsWith(head.slice(0, repeated).trimStart()) ? 0 : this.#spaces(rest);
    this.#trimmed += head.slice(0, repeated + space);
    this.#state = { kind: "joined" };
    return rest.slice(space);
  }

  /** Length of the head's beginning that repeats the delivered text's end, with or without its white space. */
  #overlap(head: string): number {
    const lead = head.length - head.trimStart().length;
    const words = head.slice(lead);
    const tail = this.#tail;
    const bareTail = tail.trimEnd();
    for (let length = Math.min(words.length, tail.length); length >= MIN_OVERLAP; length--) {
      const start = words.slice(0, length);
      if (tail.endsWith(start) || bareTail.endsWith(start)) return lead + length;
    }
    return 0;
  }

  /** Length of the white space at the beginning of `text` that the delivered text already ends with. */
  #spaces(text: string): number {
    let length = 0;
    while (length < this.#whiteSpace.length && text[length] === this.#whiteSpace[length]) length++;
    return length;
  }
}
