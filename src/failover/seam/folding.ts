/** Text as it is compared at a seam: what it says, not how it is typed. */

/** A folded copy that knows where each of its characters ends in the original. */
export interface Folded {
  readonly text: string;
  /** End in the original of each character of `text`, in UTF-16 units. */
  readonly ends: readonly number[];
}

const PLAIN: Readonly<Record<string, string>> = {
  "“": '"',
  "”": '"',
  "„": '"',
  "«": '"',
  "»": '"',
  "‘": "'",
  "’": "'",
  "‚": "'",
  "–": "-",
  "—": "-",
  "‐": "-",
  "‑": "-",
  "…": "...",
};

/** Scripts that write words without a space between them. */
export const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

const WHITE_SPACE = /\s/u;

/** Folds case, typographic quotes, dashes and dots; runs of white space become one space, and leading ones none. */
export function fold(original: string): Folded {
  let text = "";
  const ends: number[] = [];
  let at = 0;
  for (const character of original) {
    at += character.length;
    if (WHITE_SPACE.test(character)) {
      if (text === "") continue;
      if (text.endsWith(" ")) ends[ends.length - 1] = at;
      else {
        text += " ";
        ends.push(at);
      }
      continue;
    }
    const plain = PLAIN[character] ?? character.toLowerCase();
    text += plain;
    for (let unit = 0; unit < plain.length; unit++) ends.push(at);
  }
  return { text, ends };
}
