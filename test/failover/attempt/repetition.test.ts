import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { AttemptOutcome } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { Repetition } from "../../../src/failover/attempt/repetition.ts";
import { pass } from "../pass.ts";
import { type Beat, OPENED, pick, plan, route, says, start, text } from "../stage.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** How many characters are taken before it is told, in pieces of some length; undefined if it never is. */
function takenUntilTold(said: string, pieceLength: number): number | undefined {
  const repetition = new Repetition();
  for (let at = 0; at < said.length; at += pieceLength) {
    if (repetition.note(said.slice(at, at + pieceLength))) return at + pieceLength;
  }
  return undefined;
}

const numbered = Array.from({ length: 500 }, (_, line) => `${line}. The same line, but for its number.\n`).join("");

describe("is told within a little more than 4 KiB:", () => {
  test.each([
    ["line breaks", "\n"],
    ["white space of several kinds", " \t\n  "],
    ["a letter", "a"],
    ["a sentence", "I cannot help with that, but I can tell you more. "],
    ["Chinese", "好的，我继续。"],
  ])("%s", (_, piece) => {
    const said = `Once upon a time there was a king. ${piece.repeat(10_000)}`;
    for (const pieceLength of [1, 7, piece.length, 300]) {
      const taken = takenUntilTold(said, pieceLength);
      expect(taken).toBeGreaterThanOrEqual(4_096);
      expect(taken).toBeLessThan(4_096 + 35 + 2 * 512 + pieceLength);
    }
  });
});

test.each([
  ["4,000 of the same", `${"-".repeat(4_000)} end`],
  ["lines that differ by their number", numbered],
  ["white space with a word now and then", `${" ".repeat(3_000)}x`.repeat(5)],
])("is not told: %s", (_, said) => {
  for (const pieceLength of [1, 7, 300]) expect(takenUntilTold(said, pieceLength)).toBeUndefined();
});

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
