/** Joins a continuation to the text that was delivered before it. */

import { pickAnchor } from "./anchor.ts";
import { fold } from "./folding.ts";
import { findStarts, longestOpening, mayBeAside, type Start } from "./openings.ts";
import { REPEAT_WINDOW, Tail } from "./repeat.ts";
import { Retellings } from "./retelling.ts";
import { missingSpace } from "./spacing.ts";

/** The head in which the quoted last words are looked for. */
const ANCHOR_WINDOW = 400;

/** A shorter answer, quoted whole, also begins other words. */
const MIN_FOUND_ANCHOR = 12;

/** So many characters of the quoted words are no coincidence. */
const MIN_BEGUN = 4;

/** A row of the same that is no accident of spelling. */
const MIN_PERIODIC = 12;

/** A mark around quoted words, folded. */
const QUOTE = /^["'`]$/;

/** Where an attempt's text goes on. */
export interface Continued {
  /** Everything delivered so far. */
  readonly delivered: string;
  readonly form: "prefill" | "instruct";
  readonly stopSequences: readonly string[];
  /** What was asked: words of it may stand in the answer. */
  readonly context: string;
}

type State =
  /** The head is held: it may be a preamble, a repeat, or the answer from its beginning. */
  | { readonly kind: "holding" }
  /** The rest is passed on. */
  | { readonly kind: "joined" }
  /** The continuation began as the answer does and then went another way: it cannot be joined. */
  | { readonly kind: "diverged" };

/** What is to be left out of a head. */
interface Cut {
  readonly at: number;
  /** Whether delivered words came again before it, so that the white space behind it is the model's own. */
  readonly repeated: boolean;
}

/**
 * Passes a continuation on without what stands in it beside the continuation: white space that the delivered text ends
 * with, an opening sentence, the last words, or the whole answer from its beginning. It is followed by what it says,
 * for as long as it says it; the stall limits bound the wait.
 *
 * Lengths are in UTF-16 units; delivered text holds whole code points, so no cut splits one.
 */
export class Seam {
  readonly #bare: string;
  readonly #whiteSpace: string;
  readonly #instructed: boolean;
  readonly #context: string;
  readonly #stopSequences: readonly string[];
  readonly #tail: Tail;
  readonly #retellings: Retellings;
  readonly #anchor: string | undefined;
  readonly #goesOn: boolean;
  #head = "";
  #state: State = { kind: "holding" };
  #trimmed = "";

  constructor({ delivered, form, stopSequences, context }: Continued) {
    this.#bare = delivered.trimEnd();
    this.#whiteSpace = delivered.slice(this.#bare.length);
    this.#instructed = form === "instruct";
    this.#context = context;
    this.#stopSequences = stopSequences;
    this.#tail = new Tail(this.#bare);
    this.#retellings = new Retellings(this.#bare, {
      withSentences: this.#instructed && this.#tail.periodic < MIN_PERIODIC,
      // Behind a whole verse or record another may begin in nearly the same words.
      loose: !delivered.endsWith("\n"),
      periodic: this.#tail.periodic,
    });
    const anchor = this.#instructed ? pickAnchor(delivered) : undefined;
    this.#anchor = anchor === undefined || anchor.length < MIN_FOUND_ANCHOR ? undefined : fold(anchor).text;
    this.#goesOn = stopsInMidSentence(delivered);
  }

  get diverged(): boolean {
    return this.#state.kind === "diverged";
  }

  /** What was left out so far. */
  get trimmed(): string {
    return this.#trimmed;
  }

  /** Takes the next piece and returns what may be delivered now. */
  push(piece: string): string {
    switch (this.#state.kind) {
      case "joined":
        return piece;
      case "diverged":
        return "";
      case "holding":
        this.#head += piece;
        return this.#judge(false);
    }
  }

  /** Ends the continuation. Returns what may still be delivered. */
  end(): string {
    return this.#state.kind === "holding" && this.#head !== "" ? this.#judge(true) : "";
  }

  #judge(ended: boolean): string {
    const head = this.#head;
    if (head.trim() === "" && !ended) return "";
    // The last sentence or word alone may begin the quoted words, and be told long before they are whole.
    if (!ended && this.#endsInAnchor()) return "";
    const starts = this.#instructed ? findStarts(head, this.#goesOn) : [{ at: 0, certain: false }];
    const cut = this.#cutAtAnchor(starts, ended) ?? this.#cutBehindRepeat(starts, ended);
    if (cut === "diverged") {
      // holding -> diverged: another answer to the same question
      this.#state = { kind: "diverged" };
      this.#head = "";
      return "";
    }
    if (cut === "hold" || (cut === undefined && !ended && this.#mayBePreamble())) return "";
    if (cut !== undefined && !ended && this.#whiteSpace !== "" && head.slice(cut.at).trim() === "") return "";
    return this.#join(cut ?? { at: starts.findLast(({ certain }) => certain)?.at ?? 0, repeated: false });
  }

  /** Where the quoted last words end in the head: what stands before them is no part of the text. */
  #cutAtAnchor(starts: readonly Start[], ended: boolean): Cut | "hold" | undefined {
    if (this.#anchor === undefined) return undefined;
    const { text, ends } = fold(this.#head.slice(0, ANCHOR_WINDOW + 2 * this.#anchor.length));
    const index = text.indexOf(this.#anchor);
    if (index < 0 || index > ANCHOR_WINDOW) return undefined;
    const begin = index === 0 ? 0 : (ends[index - 1] ?? 0);
    const behind = starts.findLast(({ at }) => at <= begin)?.at ?? 0;
    const unknown = fold(this.#head.slice(behind, begin)).text;
    if (/\p{L}/u.test(unknown)) {
      if (!mayBeAside(this.#head.slice(behind, begin), behind > 0) || !this.#tail.isForeign(unknown)) return undefined;
    }
    const at = ends[index + this.#anchor.length - 1] ?? 0;
    // Words that came in quotes, as those that quote them do, leave the closing mark behind.
    const isQuoted = QUOTE.test(text.slice(0, index).trimEnd().slice(-1));
    if (isQuoted && at === this.#head.length && !ended) return "hold";
    return { at: isQuoted && QUOTE.test(fold(this.#head.charAt(at)).text) ? at + 1 : at, repeated: true };
  }

  #cutBehindRepeat(starts: readonly Start[], ended: boolean): Cut | "hold" | "diverged" | undefined {
    const head = this.#head;
    // An indented line that comes again begins with white space too, but only where a line has been begun already.
    const spaced = /^\s/u.test(head) && !(/^[ \t]{2}/u.test(head) && this.#whiteSpace === "");
    for (const start of starts) {
      const told = this.#retellings.told(head, start, ended);
      if (told?.kind === "reached") return { at: told.at, repeated: true };
      // A long answer that is told again is followed by the alignment alone: each piece costs the same.
      if (told?.kind === "follows" && told.certain) return "hold";
      if (told?.kind === "left") return spaced || this.#whiteSpace.includes("\n") ? undefined : "diverged";
      if (this.#instructed) {
        const { text, ends } = fold(head.slice(start.at, start.at + 2 * REPEAT_WINDOW));
        if (this.#tail.isInStep(text)) return undefined;
        if (!ended && this.#tail.follows(text)) return "hold";
        const repeated = this.#tail.repeated(text, {
          behindOpening: start.at > 0,
          spaced,
          wholeWords: told === undefined,
        });
        if (repeated > 0) return { at: start.at + (ends[repeated - 1] ?? 0), repeated: true };
      }
      if (told?.kind === "follows") return "hold";
    }
    return undefined;
  }

  /** Whether the head may yet turn out to be a sentence before the quoted words, or before the continuation. */
  #mayBePreamble(): boolean {
    return this.#head.length < longestOpening(this.#head, this.#goesOn);
  }

  /** Whether the quoted words have been begun at the end of the head. */
  #endsInAnchor(): boolean {
    if (this.#anchor === undefined || this.#head.length > ANCHOR_WINDOW + this.#anchor.length) return false;
    const { text } = fold(this.#head);
    if (text.length < MIN_BEGUN) return this.#anchor.startsWith(text);
    for (let length = Math.min(text.length, this.#anchor.length - 1); length >= MIN_BEGUN; length--) {
      if (text.endsWith(this.#anchor.slice(0, length))) return true;
    }
    return false;
  }

  /** holding -> joined: passes on what stands behind the cut. */
  #join({ at, repeated }: Cut): string {
    this.#state = { kind: "joined" };
    const rest = this.#head.slice(at);
    const doubled = this.#doubledSpace(rest);
    this.#trimmed = this.#head.slice(0, at + doubled);
    this.#head = "";
    const text = rest.slice(doubled);
    if (repeated || !this.#instructed || doubled > 0 || /^\s/u.test(text)) return text;
    if (this.#stopSequences.some((sequence) => spans(sequence, this.#bare, text))) return text;
    const space = missingSpace(this.#bare, text, this.#context);
    return space.startsWith(this.#whiteSpace) ? space.slice(this.#whiteSpace.length) + text : text;
  }

  /** Length of the white space at the beginning of `text` that the delivered text has already. */
  #doubledSpace(text: string): number {
    let length = 0;
    while (length < this.#whiteSpace.length && text[length] === this.#whiteSpace[length]) length++;
    if (length === this.#whiteSpace.length || !this.#instructed) return length;
    const lead = text.slice(0, text.length - text.trimStart().length);
    return lead.includes("\n") ? length : lead.length;
  }
}

/** Whether `text` ends in a place where no sentence, line or block ends. */
export function stopsInMidSentence(text: string): boolean {
  return /[\p{L}\p{N},;(\-–—'’]$/u.test(text.trimEnd()) && !text.endsWith("\n");
}

/** Whether `sequence` begins at the end of `before` and goes on, or ends, at the beginning of `after`. */
function spans(sequence: string, before: string, after: string): boolean {
  for (let length = 1; length < sequence.length; length++) {
    const rest = sequence.slice(length);
    if (before.endsWith(sequence.slice(0, length)) && (rest.startsWith(after) || after.startsWith(rest))) return true;
  }
  return false;
}
