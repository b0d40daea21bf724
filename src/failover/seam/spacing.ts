/** The white space between two texts, where the second was written without it. */

import { UNSPACED } from "./folding.ts";
import { Vocabulary } from "./vocabulary.ts";

const LETTER = /[\p{L}\p{M}]/u;
const DIGIT = /\p{N}/u;
const LAST_TOKEN = /(?:[\p{L}\p{M}_]+|\p{N}+|[^\s\p{L}\p{M}\p{N}_])$/u;
const FIRST_TOKEN = /^(?:[\p{L}\p{M}_]+|\p{N}+|[^\s\p{L}\p{M}\p{N}_])/u;
const TOKENS = /(?<gap>\s*)(?<token>[\p{L}\p{M}_]+|\p{N}+|[^\s\p{L}\p{M}\p{N}_])/gu;

/** Marks behind which a word stands apart, unless the text does it otherwise. */
const STOP = /^[.,;:!?…]$/u;

/** Marks that belong to the word before them. */
const CLOSING = /^[.,;:!?…)\]}%'’”]$/u;

/** A run without white space that is longer than words are: base64, a hash, an address. */
const ENCODED = /\S{40}$/u;

/** The end of an answer that tells its habits, and the longest token, in characters. */
const WINDOW = 8_000;
const LONGEST_TOKEN = 100;

/** Share of what was observed that makes a habit. */
const MIN_AGREEMENT = 0.75;

/**
 * The white space that is missing between `text`, which has none at its end, and `after`, which has none at its
 * beginning. Two words never touch, unless they are known to be one; elsewhere the habit of the text decides, and
 * without one they stay as they are.
 */
export function missingSpace(text: string, after: string, context: string): string {
  const before = text.slice(-WINDOW);
  const end = text.slice(-LONGEST_TOKEN);
  const left = LAST_TOKEN.exec(end)?.[0];
  const right = FIRST_TOKEN.exec(after.slice(0, LONGEST_TOKEN))?.[0];
  if (left === undefined || right === undefined || UNSPACED.test(left) || UNSPACED.test(right)) return "";
  if (ENCODED.test(end)) return "";
  const words = LETTER.test(left) && LETTER.test(right);
  if (words && new Vocabulary(before.slice(0, -left.length), context).areHalves(left, right)) return "";
  if (!words && CLOSING.test(right)) return "";
  const usual = habit(before, left, right);
  if (words) return usual || " ";
  return usual ?? (STOP.test(left) && LETTER.test(right) ? " " : "");
}

/** What mostly stands between such tokens in `text`; the nearest likeness that was seen decides. */
function habit(text: string, left: string, right: string): string | undefined {
  const [same, sameRight, sameLeft] = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>()];
  let previous: string | undefined;
  for (const { groups } of text.matchAll(TOKENS)) {
    const { gap = "", token = "" } = groups ?? {};
    if (previous === left && token === right) count(same, gap);
    if (token === right && previous !== undefined && kindOf(previous) === kindOf(left)) count(sameRight, gap);
    if (previous === left && kindOf(token) === kindOf(right)) count(sameLeft, gap);
    previous = token;
  }
  for (const gaps of [same, sameRight, sameLeft]) {
    const total = [...gaps.values()].reduce((sum, each) => sum + each, 0);
    if (total === 0) continue;
    const [gap, times] = [...gaps].sort(([, a], [, b]) => b - a)[0] ?? ["", 0];
    return times >= MIN_AGREEMENT * total ? gap : undefined;
  }
  return undefined;
}

function count(gaps: Map<string, number>, gap: string): void {
  gaps.set(gap, (gaps.get(gap) ?? 0) + 1);
}

function kindOf(token: string): string {
  if (DIGIT.test(token)) return "number";
  return LETTER.test(token) || token.startsWith("_") ? "word" : token;
}
