/** Writes a table with aligned columns. */

import stringWidth from "string-width";
import { formatPrintable, type Paint, type Style } from "./shown-text.ts";

export type Cell = string | { readonly text: string; readonly style: Style };

export interface TableOptions {
  readonly paint: Paint;
  /** Widest line in columns of the terminal; the last column of the table is cut to fit. Default no limit. */
  readonly maxWidth?: number;
}

const gap = "  ";

/** Returns one line for the headings and one for each row, without line ends. An empty cell shows as `-`. */
export function formatTable(
  headings: readonly string[],
  rows: readonly (readonly Cell[])[],
  { paint, maxWidth = Number.POSITIVE_INFINITY }: TableOptions,
): string[] {
  const table = [headings.map((text): Cell => ({ text, style: "heading" })), ...rows].map((row) => row.map(toShown));
  const widths = headings.map((_, column) => Math.max(...table.map((row) => stringWidth(row[column]?.text ?? ""))));
  const lastColumn = headings.length - 1;
  const lastStart = widths.slice(0, lastColumn).reduce((sum, width) => sum + width + gap.length, 0);
  const lastWidth = Math.max(1, maxWidth - lastStart);
  return table.map((row) =>
    row
      .map(({ text, style }, column) => {
        const fitted = column === lastColumn ? cut(text, lastWidth) : text;
        const padding = column === lastColumn ? "" : " ".repeat((widths[column] ?? 0) - stringWidth(text));
        return (style === undefined ? fitted : paint(style, fitted)) + padding;
      })
      .join(gap),
  );
}

function toShown(cell: Cell): { text: string; style?: Style } {
  if (typeof cell === "string") return { text: formatPrintable(cell) || "-" };
  return { text: formatPrintable(cell.text) || "-", style: cell.style };
}

/** What people see as one character, so that no emoji is cut in two. */
const characters = new Intl.Segmenter("en", { granularity: "grapheme" });

function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let shown = "";
  let shownWidth = 1; // that of the ellipsis
  for (const { segment } of characters.segment(text)) {
    shownWidth += stringWidth(segment);
    if (shownWidth > width) break;
    shown += segment;
  }
  return `${shown}…`;
}
