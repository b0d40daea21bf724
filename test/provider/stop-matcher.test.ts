import fc from "fast-check";
import { expect, test } from "vitest";
import { StopMatcher } from "../../src/provider/fit/stop-matcher.ts";

/** What is passed on of a text that comes in pieces. */
function passes(pieces: readonly string[], stops: readonly string[]): { text: string; stopped: boolean } {
  const matcher = new StopMatcher(stops);
  let text = "";
  for (const piece of pieces) text += matcher.push(piece);
  return { text: text + matcher.end(), stopped: matcher.stopped };
}

test("ends before the first stop sequence, however the text is cut", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 12 });
  const stops = fc.array(fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 4 }), {
    minLength: 1,
    maxLength: 3,
  });
  fc.assert(
    fc.property(fc.array(letters, { maxLength: 8 }), stops, (pieces, sequences) => {
      const whole = pieces.join("");
      // A sequence is found as soon as its last character is there, as an upstream finds it.
      const ends = sequences.map((stop) => [whole.indexOf(stop), stop.length] as const).filter(([at]) => at >= 0);
      const { text, stopped } = passes(pieces, sequences);
      expect(stopped).toBe(ends.length > 0);
      if (ends.length === 0) expect(text).toBe(whole);
      else expect(ends.map(([at]) => whole.slice(0, at))).toContain(text);
    }),
  );
});

test("holds back no more than what may begin a stop sequence", () => {
  const matcher = new StopMatcher(["\n\n"]);
  expect(matcher.push("one\n")).toBe("one");
  expect(matcher.push("two")).toBe("\ntwo");
  expect(matcher.push("\n\nthree")).toBe("");
  expect(matcher.push("four")).toBe("");
});
