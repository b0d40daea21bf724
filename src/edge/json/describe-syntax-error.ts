/** Says what a JSON parser found wrong, without its own words: they quote the text. */

/** `not valid JSON`, with the character at which the parser stopped where it tells. */
export function describeSyntaxError(error: unknown): string {
  const position = error instanceof SyntaxError ? /at position (\d+)/.exec(error.message)?.[1] : undefined;
  return `not valid JSON${position === undefined ? "" : ` (at character ${position})`}`;
}
