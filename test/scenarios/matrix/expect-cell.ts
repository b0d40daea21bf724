/** Holds what a client was told in a cell of the fault matrix against what the class table says. */

import { createHash } from "node:crypto";
import { expect } from "vitest";
import { FinishReason } from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import { AttemptOutcome, UsageSource } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { STORY } from "../../../src/simulator/answer/story.ts";
import type { Told } from "../clients/scenario-client.ts";
import { expectStream } from "../expect-told.ts";
import { readStream } from "../read-stream.ts";
import type { Cell } from "./cell.ts";
import { textOf } from "./phases.ts";

/** Expects the action of the cell. */
export function expectCell(cell: Cell, told: Told): void {
  const { phase, incident, dialect, expected } = cell;
  const { end } = incident;
  // The messages of the other dialect carry the usage together with the finish reason.
  if (end.kind === "completed" && !end.usageKnown && dialect === "openai-chat") expectWithoutUsage(told);
  else expectStream(told, expected);
  expect(readStream(told).text).toBe((expected.switches ?? []).length > 0 ? STORY : textOf(phase));
}

/** Expects a whole answer of the primary, whose connection broke before the usage came. */
function expectWithoutUsage(told: Told): void {
  const { text, switches, completed } = readStream(told);
  expect(told.error).toBeUndefined();
  expect(text).toBe(STORY);
  expect(switches).toEqual([]);
  expect(completed).toMatchObject([
    {
      finishReason: FinishReason.STOP,
      textSha256: createHash("sha256").update(STORY).digest("hex"),
      attempts: [{ outcome: AttemptOutcome.COMPLETED, usage: { source: UsageSource.UNKNOWN } }],
      skips: [],
    },
  ]);
}
