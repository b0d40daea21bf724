/** What models put before a continuation that they were asked to write and nothing else: a sentence, dots, a quote, a fence. */

/** Longest line that can be a preamble, in characters. */
export const MAX_PREAMBLE = 200;

/** Openings that may stand one after another. */
const MAX_OPENINGS = 4;

/**
 * Words with which models begin to speak about the task instead of going on with the text, and stems of what they say of
 * it, in the languages that they mostly answer in. They are evidence beside the form, never proof: what a list does not
 * know is found by the anchor.
 */
const OPENER = new RegExp(
  [
    "^(?:sure|certainly|of course|okay|ok|absolutely|understood|got it|sorry|right|here(?:'s| is| are| it))(?=[\\s,.!:—-])",
    "^apolog|^(?:continuing|resuming|picking up) (?:from|where|with)\\b",
    "^(?:natürlich|gern|hier ist|entschuldig|fortsetzung)",
    "^(?:voici|bien sûr|désolé)",
    "^(?:claro|por supuesto|aquí|aqui|disculp|perdón|desculp)",
    "^(?:ecco|certo)",
    "^(?:natuurlijk|hier is)",
    "^(?:конечно|вот)",
    "^(?:もちろん|承知|はい|以下|続)",
    "^(?:当然|當然|好的|以下|继续|繼續|接着)",
    "^(?:물론|네|이어서|계속)",
  ].join("|"),
  "iu",
);
const STEM = new RegExp(
  [
    "\\b(?:continu|resum|carry(?:ing)? on|going on|pick(?:ing)? up|left off|cut off|interrupted|broke off)",
    "\\b(?:fortsetz|fortfahr|weiter|poursui|reprend|repren|retom|sigo|riprend|prosegu|verder)",
    "продолж|続|继续|繼續|接着|이어서|계속",
  ].join("|"),
  "iu",
);

/** A place in a head at which the continuation itself may begin. */
export interface Start {
  readonly at: number;
  /** Whether what stands before it is no part of the text even if nothing is repeated behind it. */
  readonly certain: boolean;
}

const LINE = /^[^\n]{1,200}?[:.!…？！：。]["”*)_]*[ \t]*\n\s*/u;
const SENTENCE = /^[^\n]{1,200}?[:.!…？！：。]["”*)_]*(?:\s+|(?<=[？！：。]))/u;
const FENCE = /^\s*```[^\n`]*\n/u;
const DOTS = /^(?:\.{3}|…)(?![.…])\s?/u;
const QUOTE = /^["“„«‘'`*_>]+\s?/u;

/** Whether `line` may speak about the task: it begins as such lines do. What follows white space belongs to the text. */
function isAboutTheTask(line: string): boolean {
  const words = line.slice(0, MAX_PREAMBLE);
  return OPENER.test(words) || (/^[^\s\p{Ll}]/u.test(words) && STEM.test(words));
}

/**
 * Whether it does so beyond doubt: where a sentence was stopped in its middle, or where it says what it is about to do. At
 * the end of a sentence the text itself may go on with "Here is how:".
 */
function isSurelyAboutTheTask(line: string, goesOn: boolean): boolean {
  return isAboutTheTask(line) && (goesOn || (OPENER.test(line) && STEM.test(line)));
}

/** How long a head that begins so may turn out to stand before the text, in characters. */
export function longestOpening(head: string, goesOn: boolean): number {
  // White space and closing marks go on with a sentence; a long run without white space is no sentence.
  if (/^[\s,.;:!?)\]}]/u.test(head) || /^[^\s\p{Lo}]{24}/u.test(head)) return 0;
  if (isAboutTheTask(head)) return MAX_PREAMBLE * 2;
  if (/^["“„«*_#>]{0,3}\p{Lu}/u.test(head)) return goesOn ? MAX_PREAMBLE : MAX_PREAMBLE / 2;
  // A word that is not whole yet may be the first of a sentence about the task.
  return /^["“„«*_]{0,3}\p{Ll}+[^\p{Ll}]/u.test(head) ? 0 : 12;
}

/** Whether `text` may be said about a text and not in it: sentences of their own, or half a line at the very beginning. */
export function mayBeAside(text: string, behindOpening: boolean): boolean {
  const words = text.trim();
  if (!/\s|\p{Lo}/u.test(words)) return false;
  if (/^[^\p{L}\p{N}.,;:!?)]*[\p{Lu}\p{Lo}]/u.test(words)) return true;
  return !behindOpening && /^\p{Ll}/u.test(words) && !words.includes("\n");
}

/** The places behind the openings of `head`. `goesOn`: the delivered text stops in the middle of a sentence. */
export function findStarts(head: string, goesOn: boolean): Start[] {
  const starts: Start[] = [{ at: 0, certain: false }];
  let certain = true;
  for (let at = 0; starts.length <= MAX_OPENINGS; ) {
    const rest = head.slice(at);
    const opening = nextOpening(rest, goesOn);
    if (opening === undefined || opening.length >= rest.length) break;
    certain &&= opening.certain;
    at += opening.length;
    starts.push({ at, certain });
  }
  return starts;
}

function nextOpening(text: string, goesOn: boolean): { length: number; certain: boolean } | undefined {
  const line = LINE.exec(text)?.[0];
  if (line !== undefined && (isSurelyAboutTheTask(line, goesOn) || (goesOn && isAside(line, text[line.length])))) {
    return { length: line.length, certain: true };
  }
  if (line !== undefined && isAboutTheTask(line)) return { length: line.length, certain: false };
  const fence = FENCE.exec(text)?.[0];
  if (fence !== undefined) return { length: fence.length, certain: false };
  const dots = DOTS.exec(text)?.[0];
  if (dots !== undefined) return { length: dots.length, certain: goesOn };
  const quote = QUOTE.exec(text)?.[0];
  if (quote !== undefined) return { length: quote.length, certain: false };
  const sentence = SENTENCE.exec(text)?.[0];
  if (sentence !== undefined && isAboutTheTask(sentence)) return { length: sentence.length, certain: false };
  return undefined;
}

/** A paragraph of its own in the middle of a sentence that goes on behind it. */
function isAside(line: string, next: string | undefined): boolean {
  return /^\p{Lu}.*\n\s*\n/u.test(line) && next !== undefined && /\p{Ll}/u.test(next);
}
