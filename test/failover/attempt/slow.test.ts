import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { AttemptOutcome } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { SwitchReason } from "../../../gen/ts/understudy/v1/routing_pb.ts";
import { pass } from "../pass.ts";
import { type Beat, finished, LIMITS, OPENED, pick, plan, route, says, start, text } from "../stage.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Says a piece every second, `count` times. */
function drips(piece: string, count: number): Beat[] {
  return [OPENED, ...Array.from({ length: count }, () => [1_000, text(piece)] as const).flat(), finished()];
}

const SLOW = "abc ";
const FAST = "abcdefgh ";

test("text under 2 tokens a second for 15 s, after the first 15 s, is left to the backup", async () => {
  const a = route("a", [drips(SLOW, 60)]);
  const seen = start(plan([a, route("b", [says("the rest.")])]));
  await pass(30_900);
  expect(pick(seen, "routeSwitched")).toEqual([]);
  await pass(2_000);
  expect(seen.text).toMatch(/^(abc )+the rest\.$/);
  expect(pick(seen, "routeSwitched")).toMatchObject([{ reason: SwitchReason.SLOW }]);
  expect(pick(seen, "completed")[0]?.attempts).toMatchObject([{ outcome: AttemptOutcome.SLOW }, {}]);
  expect(a.verdicts).toEqual(["failed"]);
});

test.each([
  ["text above the floor", FAST, undefined],
  ["Chinese text of 4 characters a second", "语言模型", undefined],
  ["slow text without a floor", SLOW, 0],
])("%s is not left", async (_, piece, floor) => {
  const limits = floor === undefined ? LIMITS : { ...LIMITS, minTokensPerS: floor };
  const seen = start(plan([route("a", [drips(piece, 40)]), route("b", [says("No.")])], { limits }));
  await pass(41_000);
  expect(seen.text).toBe(piece.repeat(40));
  expect(pick(seen, "routeSwitched")).toEqual([]);
});

test("time in which the model thinks is no time in which it writes", async () => {
  const thoughts = Array.from({ length: 40 }, () => [1_000, { kind: "reasoning", text: "hm " }] as const).flat();
  const a = route("a", [[OPENED, text("Let me look. "), ...thoughts, text("It is"), 1_000, text(" 42."), finished()]]);
  const seen = start(plan([a, route("b", [says("No.")])]));
  await pass(45_000);
  expect(seen.text).toBe("Let me look. It is 42.");
});

test("a short answer that drips is not measured", async () => {
  const seen = start(plan([route("a", [drips(SLOW, 14)]), route("b", [says("No.")])]));
  await pass(15_000);
  expect(seen.text).toBe(SLOW.repeat(14));
});
