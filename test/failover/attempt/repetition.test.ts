import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { AttemptOutcome } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { Repetition } from "../../../src/failover/attempt/repetition.ts";
import { pass } from "../pass.ts";
import { type Beat, OPENED, pick, plan, route, says, start, text } from "../stage.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** How many characters are taken before it is told; undefined if it never is. */
function takenUntilTold(pieces: Iterable<string>): number | undefined {
  const repetition = new Repetition();
  let taken = 0;
  for (const piece of pieces) {
    taken += piece.length;
    if (repetition.note(piece)) return taken;
  }
  return undefined;
}

const again = (...pieces: readonly string[]): string[] => Array.from({ length: 5_000 }, () => pieces).flat();

test.each<[string, string[]]>([
  ["line breaks", again("\n")],
  ["white space of several kinds", again(" ", "\t\n", "  ")],
  ["a token", again(" ha")],
  ["a sentence in one piece", again("I cannot help with that. ")],
])("is told behind 4 KiB: %s", (_, pieces) => {
  const taken = takenUntilTold(["Once ", "upon a time. ", ...pieces]);
  expect(taken).toBeGreaterThanOrEqual(4_096);
  expect(taken).toBeLessThan(4_096 + 18 + 25);
});

test.each<[string, string[]]>([
  ["less than 4 KiB of the same", [...Array.from({ length: 4_000 }, () => "-"), " end"]],
  ["one long piece of the same", ["-".repeat(100_000), " end"]],
  ["words that come again", again("The ", "under", "study ")],
  ["white space with a word now and then", again("\n".repeat(3_000), "x")],
])("is not told: %s", (_, pieces) => expect(takenUntilTold(pieces)).toBeUndefined());

const loop = (say: (piece: string) => Beat): Beat[] => Array.from({ length: 2_000 }, () => say("\n\n \n"));

test("a model that repeats itself for ever is left for the backup, and not blamed", async () => {
  const a = route("a", [[OPENED, ...loop(text), ...says("No.")]]);
  const seen = start(plan([a, route("b", [says("Hello.")])], { holdsBackAnswer: true }));
  await pass(1_000);
  expect(seen.text).toBe("Hello.");
  expect(a.verdicts).toEqual(["neutral"]);
  expect(pick(seen, "completed")[0]?.attempts[0]).toMatchObject({
    outcome: AttemptOutcome.BAD_ANSWER,
    message: "said the same again and again for 4096 characters",
  });
});

test("what a model thinks is its own affair", async () => {
  const a = route("a", [[OPENED, ...loop((piece) => ({ kind: "reasoning", text: piece })), ...says("Hello.")]]);
  const seen = start(plan([a, route("b", [says("No.")])]));
  await pass(1_000);
  expect(seen.text).toBe("Hello.");
});
