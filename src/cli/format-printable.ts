/** Makes text from elsewhere safe to show in a line of a terminal. */

/** Writes control characters, line ends included, as `\u001b`. */
export function formatPrintable(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
