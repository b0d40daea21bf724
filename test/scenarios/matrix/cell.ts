/** The cells of the fault matrix: every fault in every phase in which it can happen. */

import type { Request } from "../clients/scenario-client.ts";
import type { Dialect, WorkloadSetup } from "../make-config.ts";
import type { Expected } from "../scenario.ts";
import { expectAction } from "./expect-action.ts";
import type { Incident } from "./fault-row.ts";
import { FAULT_ROWS } from "./fault-rows.ts";
import { hasProgress, PHASES, type Phase } from "./phases.ts";

export interface Cell {
  readonly fault: string;
  readonly phase: Phase;
  readonly dialect: Dialect;
  readonly incident: Incident;
  readonly expected: Expected;
}

/** Short for a test, and long enough for the backup to begin within it on a busy machine. */
const FIRST_LIMIT = { first_token_timeout: "1500ms" };

/** For a silence that begins in the answer: nothing hurries the first token. */
const STALL_LIMITS = { stall_timeout: "1s", tool_stall_timeout: "1s", reasoning_stall_timeout: "1s" };

const OTHER: Readonly<Record<Dialect, Dialect>> = {
  "openai-chat": "anthropic-messages",
  "anthropic-messages": "openai-chat",
};

/** A tool whose arguments take many pieces. */
const TOOL = {
  name: "look_up_ferry",
  description: "Looks up a ferry",
  schemaJson: JSON.stringify({
    type: "object",
    properties: { harbour: { type: "string" }, departure: { type: "string" }, passengers: { type: "integer" } },
    required: ["harbour", "departure", "passengers"],
  }),
};

/** What the call of a cell asks beyond the prompt. */
export function requestOf({ phase }: Cell): Request {
  return phase.shape.startsWith("tool-call") ? { tools: [TOOL] } : {};
}

/** Every cell whose primary speaks `dialect`. */
export function cellsOf(dialect: Dialect): Cell[] {
  return FAULT_ROWS.flatMap((row) =>
    PHASES.flatMap((phase) => {
      const incident = row.meet(phase, dialect);
      if (incident === undefined) return [];
      return [{ fault: row.name, phase, dialect, incident, expected: expectAction(phase, incident) }];
    }),
  );
}

/** A workload for one cell: a primary that meets the fault, and a healthy backup of the other dialect. */
export function makeWorkload(name: string, { dialect, phase, incident }: Cell): WorkloadSetup {
  const { faults, refused = false, waits = false } = incident;
  const limits = hasProgress(phase) ? STALL_LIMITS : FIRST_LIMIT;
  return {
    name,
    routes: [{ dialect, faults, refused }, { dialect: OTHER[dialect] }],
    policy: waits ? limits : {},
  };
}
