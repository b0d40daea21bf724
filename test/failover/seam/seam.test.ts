import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Seam } from "../../../src/failover/seam/seam.ts";

const STORY =
  "The lighthouse keeper counted the ships each evening: three by the pier, two beyond the rocks, and one — always " +
  "one — that never came closer. He wrote them down in a café ledger 🚢, in ink that smelled of salt.\n\nThen he slept.";

/** Joins pieces to delivered text, as a client would see them. */
function join(delivered: string, pieces: readonly string[], form: "prefill" | "instruct" = "instruct") {
  const seam = new Seam(delivered, form);
  const passed = pieces.map((piece) => seam.push(piece)).join("") + seam.end();
  return { text: delivered + passed, trimmed: seam.trimmed, diverged: seam.diverged };
}

describe("white space at the seam", () => {
  test.each([
    ["comes once when both have it", "Once upon a ", [" time."], "Once upon a time."],
    ["stays when only the delivered text has it", "Once upon a ", ["time."], "Once upon a time."],
    ["is taken from the continuation when only that has it", "Once upon a", [" time."], "Once upon a time."],
    ["is completed when the continuation has more", "One.\n", ["\n", "\nTwo."], "One.\n\nTwo."],
  ])("%s", (_, delivered, pieces, expected) => {
    expect(join(delivered, pieces, "prefill").text).toBe(expected);
    expect(join(delivered, pieces, "instruct").text).toBe(expected);
  });
});

describe("a repeat of the last words", () => {
  test.each([
    [
      "whole",
      "He counted the ships each evening",
      [" the ships each evening: three"],
      "He counted the ships each evening: three",
    ],
    [
      "in small pieces",
      "He counted the ships each evening",
      ["the sh", "ips each ", "evening", ": three"],
      "He counted the ships each evening: three",
    ],
    [
      "behind white space",
      "He counted the ships each evening",
      ["\n\n", "the ships each evening: three"],
      "He counted the ships each evening: three",
    ],
    [
      "where the delivered text ends with white space",
      "counted the ships each evening ",
      ["the ships each evening and"],
      "counted the ships each evening and",
    ],
  ])("%s is trimmed", (_, delivered, pieces, expected) => {
    expect(join(delivered, pieces).text).toBe(expected);
  });

  test("that is shorter than 12 characters stays: it may be meant", () => {
    expect(join("He said ha ha", [" ha ha", " and left"]).text).toBe("He said ha ha ha ha and left");
  });

  test("is not looked for after a prefill", () => {
    expect(join("one hundred one hundred", [" one hundred two"], "prefill").text).toBe(
      "one hundred one hundred one hundred two",
    );
  });

  test("is reported", () => {
    expect(join("counted the ships each evening", ["the ships each evening: three"]).trimmed).toBe(
      "the ships each evening",
    );
  });
});

describe("an answer that is started over", () => {
  const delivered = STORY.slice(0, 120);

  test.each([["prefill"], ["instruct"]] as const)("is skipped up to our end (%s)", (form) => {
    const pieces = STORY.match(/.{1,7}/gsu) ?? [];
    expect(join(delivered, pieces, form)).toEqual({ text: STORY, trimmed: delivered, diverged: false });
  });

  test("is found by the whole answer where that is shorter than 64 characters", () => {
    expect(join("The lighthouse ", ["The light", "house keeper"]).text).toBe("The lighthouse keeper");
  });

  test("diverges when it goes another way before our end", () => {
    expect(join(delivered, [STORY.slice(0, 80), " but not this time"])).toMatchObject({
      text: delivered,
      diverged: true,
    });
  });

  test("diverges when it ends before our end", () => {
    expect(join(delivered, [STORY.slice(0, 80)]).diverged).toBe(true);
  });

  test("is no start-over when fewer than 64 characters are equal", () => {
    const other = `${STORY.slice(0, 30)} slept.`;
    expect(join(delivered, [other]).text).toBe(delivered + other);
  });
});

describe("holding", () => {
  test("a suspected repeat may be released, a suspected start-over not", () => {
    const repeat = new Seam("counted the ships each evening", "instruct");
    expect(repeat.push("each eve")).toBe("");
    expect(repeat.holdsOverlap).toBe(true);
    expect(repeat.release()).toBe("each eve");
    const startOver = new Seam(STORY.slice(0, 120), "instruct");
    expect(startOver.push(STORY.slice(0, 20))).toBe("");
    expect(startOver.holdsOverlap).toBe(false);
    expect(startOver.release()).toBe("");
  });

  test("never holds more than 256 characters", () => {
    const seam = new Seam("ab".repeat(400), "instruct");
    const passed = seam.push(`x${"ab".repeat(200)}`);
    expect(passed).not.toBe("");
  });
});

/** Cuts a text into pieces of the given sizes, whole code points each. */
function cutUp(text: string, lengths: readonly number[]): string[] {
  const points = Array.from(text);
  const out: string[] = [];
  for (let at = 0, turn = 0; at < points.length; turn++) {
    const size = lengths[turn % lengths.length] ?? 1;
    out.push(points.slice(at, at + size).join(""));
    at += size;
  }
  return out;
}

describe("at any place and in any pieces", () => {
  const cuts = fc.integer({ min: 1, max: STORY.length - 1 });
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 400 });

  const cutAt = (at: number): string => Array.from(STORY).slice(0, at).join("");

  test("a model that goes on exactly where the stripped text ended gives the whole answer", () => {
    fc.assert(
      fc.property(cuts, sizes, fc.constantFrom("prefill" as const, "instruct" as const), (at, lengths, form) => {
        const delivered = cutAt(at);
        const rest = STORY.slice(delivered.trimEnd().length);
        expect(join(delivered, cutUp(rest, lengths), form).text).toBe(STORY);
      }),
      { numRuns: 2_000 },
    );
  });

  test("a model that starts over gives the whole answer", () => {
    fc.assert(
      fc.property(cuts, sizes, (at, lengths) => {
        expect(join(cutAt(at), cutUp(STORY, lengths)).text).toBe(STORY);
      }),
      { numRuns: 2_000 },
    );
  });

  test("a model that repeats 12 to 200 of the last characters gives the whole answer", () => {
    fc.assert(
      fc.property(cuts, sizes, fc.integer({ min: 12, max: 200 }), (at, lengths, repeated) => {
        const delivered = cutAt(at);
        const from = Math.max(0, delivered.trimEnd().length - repeated);
        const words = STORY.slice(from);
        fc.pre(words.trimStart().length - (STORY.length - delivered.trimEnd().length) >= 12);
        fc.pre(words.isWellFormed());
        expect(join(delivered, cutUp(words, lengths)).text).toBe(STORY);
      }),
      { numRuns: 2_000 },
    );
  });
});
