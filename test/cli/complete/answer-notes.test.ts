import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { CompletedSchema, RouteSwitchedSchema } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import { FinishReason } from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import { SwitchMode, SwitchReason } from "../../../gen/ts/understudy/v1/routing_pb.ts";
import { formatCompleted, formatSwitch } from "../../../src/cli/complete/answer-notes.ts";
import { makeSwitch } from "./answers.ts";

test.each<[MessageInitShape<typeof RouteSwitchedSchema>, string]>([
  [makeSwitch(312), "-- switched claude-direct -> claude-on-azure: stalled after 312 bytes, gap 2.1 s --"],
  [
    { from: "a", to: "b", reason: SwitchReason.FAILED, mode: SwitchMode.RESTARTED, gap: durationFromMs(40) },
    "-- switched a -> b: failed before any text, gap 40 ms --",
  ],
  [
    { ...makeSwitch(9), trimmedBytes: 12n },
    "-- switched claude-direct -> claude-on-azure: stalled after 9 bytes, 12 repeated bytes trimmed, gap 2.1 s --",
  ],
])("writes the switch %o", (switched, text) => {
  expect(formatSwitch(create(RouteSwitchedSchema, switched))).toBe(text);
});

test("says how an answer ended that did not end by itself, and what was skipped", () => {
  const completed = create(CompletedSchema, {
    finishReason: FinishReason.LENGTH,
    servedBy: [{ route: "local" }],
    attempts: [{ number: 1 }],
    skips: [{ route: "claude-direct" }],
  });
  expect(formatCompleted(completed, 4200)).toBe(
    "-- local; ended by length; 1 attempt, 1 skipped; tokens unknown; cost unknown; 4.2 s --",
  );
});
