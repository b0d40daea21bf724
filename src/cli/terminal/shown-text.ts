/** Text as a terminal shows it: coloured where the stream shows colours, and without control characters. */

import { styleText } from "node:util";

/** What a text is, not which colour it has. */
export type Style = "good" | "warning" | "bad" | "heading" | "faint";

/** Colours `text`, or returns it as it is. */
export type Paint = (style: Style, text: string) => string;

const formats = { good: "green", warning: "yellow", bad: "red", heading: "bold", faint: "dim" } as const;

/** Leaves every text as it is. */
export const plain: Paint = (_style, text) => text;

/**
 * Creates the paint of a stream: plain where the stream is not a terminal, unless the environment says otherwise by
 * `NO_COLOR` or `FORCE_COLOR`.
 */
export function createPaint(stream: NodeJS.WritableStream): Paint {
  return (style, text) => styleText(formats[style], text, { stream });
}

/** Makes text from elsewhere safe in a line: control characters, line ends included, are written as `\u001b`. */
export function formatPrintable(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
