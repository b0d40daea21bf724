/** Colours text where a stream shows colours; `NO_COLOR` and `FORCE_COLOR` are respected. */

import { styleText } from "node:util";

/** What a text is, not which colour it has. */
export type Style = "good" | "warning" | "bad" | "heading" | "faint";

/** Colours `text`, or returns it as it is. */
export type Paint = (style: Style, text: string) => string;

const formats = { good: "green", warning: "yellow", bad: "red", heading: "bold", faint: "dim" } as const;

/** Leaves every text as it is. */
export const plain: Paint = (_style, text) => text;

/** Creates the paint of a stream: plain where the stream is not a terminal, unless the environment says otherwise. */
export function createPaint(stream: NodeJS.WritableStream): Paint {
  return (style, text) => styleText(formats[style], text, { stream });
}
