/** The simulator's rule for tokens: four characters each. */

/** Characters (UTF-16 units) that count as one token. */
export const CHARACTERS_PER_TOKEN = 4;

/** Tokens of a text of so many characters. */
export function countTokens(characters: number): number {
  return Math.ceil(characters / CHARACTERS_PER_TOKEN);
}
