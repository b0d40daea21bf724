/** Shows the fault matrix as a table. */

import { FAULT_ROWS } from "./fault-rows.ts";
import { PHASES, type Phase } from "./phases.ts";

/** A pair of fault and phase that cannot happen. */
const STRUCK_OUT = "·";

/** A line for each fault, a column for each phase. `happened` gives all that was seen in a cell. */
export function formatMatrix(title: string, happened: (fault: string, phase: Phase) => readonly string[]): string {
  const rows = FAULT_ROWS.map(({ name }) => [
    name,
    ...PHASES.map((phase) => [...new Set(happened(name, phase))].join(" | ") || STRUCK_OUT),
  ]);
  const shown = rows.filter((row) => row.slice(1).some((cell) => cell !== STRUCK_OUT));
  const table = [[title, ...PHASES.map(({ name }) => name)], ...shown];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
