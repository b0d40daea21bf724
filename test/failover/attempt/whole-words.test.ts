import * as fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { WholeWords } from "../../../src/failover/attempt/whole-words.ts";
import { pass } from "../pass.ts";
import { cutsAfter, finished, OPENED, pick, plan, request, route, says, start, text, toolCall } from "../stage.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test.each<[string, string[], string[]]>([
  ["a word waits for its end", ["Once", " up", "on", " a"], ["", "Once ", "", "upon "]],
  ["a mark ends it", ["end", ".", "Then"], ["", "end.", ""]],
  ["what stands inside words ends none", ["don", "’t well", "-known", " x"], ["", "don’t ", "", "well-known "]],
  ["what is no language is not waited for", ["a".repeat(48), "a", "b "], ["", "a".repeat(49), "b "]],
  ["scripts without spaces do not wait", ["灯塔看", "守人", "ab"], ["灯塔看", "守人", ""]],
])("%s", (_, pieces, passed) => {
  const words = new WholeWords();
  expect(pieces.map((piece) => words.push(piece))).toEqual(passed);
});

test("nothing is lost or doubled, whatever the pieces", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom("a", "é", " ", ".", "’", "語", "🚢", "-") })), (pieces) => {
      const words = new WholeWords();
      const passed = pieces.map((piece) => words.push(piece)).join("") + words.end();
      expect(passed).toBe(pieces.join(""));
    }),
  );
});

test("a cut in a word delivers the words before it, and the backup goes on between words", async () => {
  const b = route("b", [says(" beneath the pier.")]);
  const seen = start(plan([route("a", [cutsAfter("The keeper sle", "pt ben")]), b], { holdsBackWords: true }));
  await pass(10);
  expect(b.requests[0]?.continuation?.text).toBe("The keeper slept");
  expect(seen.text).toBe("The keeper slept beneath the pier.");
});

test("the last word comes with the end, with a tool call, and with a stop sequence across the seam", async () => {
  const whole = start(plan([route("a", [says("One", " two")])], { holdsBackWords: true }));
  const call = [OPENED, text("Let me look"), toolCall("1"), finished()];
  const calling = start(plan([route("a", [call])], { holdsBackWords: true }));
  const stops = request({ stopSequences: [". END"] });
  const backup = route("b", [says(" END and more")], { capabilities: { continuation: 1 } });
  const stopped = start(
    plan([route("a", [cutsAfter("It is done.")]), backup], { holdsBackWords: true, request: stops }),
  );
  await pass(10);
  expect(whole.text).toBe("One two");
  expect(calling.text).toBe("Let me look");
  expect(pick(stopped, "completed")).toHaveLength(1);
  expect(stopped.text).toBe("It is done.");
});
