import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pickAnchor } from "../../../src/failover/seam/anchor.ts";
import { Seam } from "../../../src/failover/seam/seam.ts";
import { join } from "./join.ts";

const STORY =
  "The lighthouse keeper counted the ships each evening: three by the pier, two beyond the rocks, and one — always " +
  "one — that never came closer. He wrote them down in a café ledger 🚢, in ink that smelled of salt.\n\nThen he slept.";

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
    const other = `${STORY.slice(0, 30)}slept.`;
    expect(join(STORY, [other]).text).toBe(`${STORY} ${other}`);
  });
});

describe("words that come again", () => {
  test.each([
    ["a whole last word", "He laughed and", "and left", "He laughed and left"],
    ["a half word, begun anew", "required by internat", "international law", "required by international law"],
    ["a line with its indentation", "if a:\n    b = c", "    b = c + d", "if a:\n    b = c + d"],
    [
      "the last words in other spaces and quotes",
      "he said “come\nover here”",
      'said "come over here" and left',
      "he said “come\nover here” and left",
    ],
    ["the last words behind dots", "two beyond the rocks", "… the rocks, and one", "two beyond the rocks, and one"],
    [
      "the last line in a reopened fence",
      "```py\nx = first(y)",
      "```python\nx = first(y) + 1",
      "```py\nx = first(y) + 1",
    ],
    [
      "a number of which the list shows that it is whole",
      "Step 1: oil\nStep 2",
      "2: water",
      "Step 1: oil\nStep 2: water",
    ],
    ["a number in a record", "id: 101, ok\nid: 102", "102, ok", "id: 101, ok\nid: 102, ok"],
  ])("are left out: %s", (_, delivered, said, expected) => {
    expect(join(delivered, said.match(/.{1,4}/gsu) ?? []).text).toBe(expected);
  });

  test.each([
    ["a row of the same", "ha ha ha ha ha", " ha ha ha ha ha and", "ha ha ha ha ha ha ha ha ha ha and"],
    [
      "a row of whole sentences",
      "one two three one two three",
      " one two three four",
      "one two three one two three one two three four",
    ],
    ["a rule", `Title\n${"=".repeat(20)}`, `${"=".repeat(20)}\nText`, `Title\n${"=".repeat(40)}\nText`],
    ["a mark that may come twice", "#", "# Title", "## Title"],
    [
      "another record",
      '{"id": 1, "ok": true}\n',
      '{"id": 2, "ok": true}\n',
      '{"id": 1, "ok": true}\n{"id": 2, "ok": true}\n',
    ],
  ])("stay where they are meant: %s", (_, delivered, said, expected) => {
    expect(join(delivered, said.match(/.{1,4}/gsu) ?? []).text).toBe(expected);
  });
});

describe("what stands before a continuation", () => {
  const delivered = STORY.slice(0, 81);
  const anchor = pickAnchor(delivered) ?? "";
  const rest = STORY.slice(81);

  test.each([
    ["nothing", ""],
    [
      "a sentence that no list knows",
      "The words that you name were the last that I had, so this is where it goes on.\n\n",
    ],
    ["a sentence behind a sentence", "I see where it stopped.\n\n"],
    ["two of them", "I see. You would like to have the remainder of the story now.\n\n"],
    ["a quote", "“"],
    ["another language", "Soit, je reprends là où le récit s'arrêtait.\n\n"],
  ])("is left out before the quoted last words: %s", (_, before) => {
    expect(join(delivered, `${before}${anchor}${rest}`.match(/.{1,4}/gsu) ?? []).text).toBe(STORY);
  });

  test("is left out also where the answer stopped at the end of a sentence", () => {
    const read = STORY.slice(0, STORY.indexOf(" He wrote"));
    const said = `I see where it stopped.\n\n${pickAnchor(read)}${STORY.slice(read.length)}`;
    expect(join(read, said.match(/.{1,4}/gsu) ?? []).text).toBe(STORY);
  });

  test("is left out without them where it speaks about the task", () => {
    const said = `Sure, continuing from where I left off:\n\n${rest.trimStart()}`;
    expect(join(delivered, said.match(/.{1,4}/gsu) ?? []).text).toBe(STORY);
  });

  test.each([
    ["a sentence that speaks of going on", "It was read.", " The work continues as follows:\n\n1. Oil"],
    ["a heading", "It was read.\n\n", "Continued education:\n\n1. Oil"],
    ["an introduction", "It was read.\n\n", "Here are the steps:\n\n1. Oil"],
  ])("is the text itself where it may be: %s", (_, before, said) => {
    expect(join(before, said.match(/.{1,4}/gsu) ?? []).text).toBe(before + said);
  });

  test("is the text itself where its words are the text's", () => {
    const verse = "The miller went out in the wind and the rain,\nSing ho, for the wind and the rain!\n";
    const next = "The sailor went out in the wind and the rain,\nSing ho, for the wind and the rain!\n";
    expect(join(verse, next.match(/.{1,4}/gsu) ?? []).text).toBe(verse + next);
    const [first, second] = [`${verse}And I am tired of it.\n\n`, `${verse}And I am glad of it.`];
    expect(join(first, second.match(/.{1,4}/gsu) ?? []).text).toBe(first + second);
  });
});

describe("holding", () => {
  test("an exact continuation is passed on with its second word", () => {
    const seam = new Seam({ delivered: STORY.slice(0, 81), form: "instruct", stopSequences: [], context: "" });
    expect(seam.push(" two") + seam.push(" beyond")).toBe(" two beyond");
  });

  test("a row of the same goes on at once", () => {
    const seam = new Seam({ delivered: "some words ".repeat(9), form: "instruct", stopSequences: [], context: "" });
    expect(seam.push("some words some words ")).toBe("some words some words ");
  });

  test("a repeat is followed for as long as it lasts", () => {
    const seam = new Seam({ delivered: STORY, form: "instruct", stopSequences: [], context: "" });
    const pieces = STORY.slice(100).match(/.{1,3}/gsu) ?? [];
    expect(pieces.map((piece) => seam.push(piece)).join("")).toBe("");
    expect(seam.push(" And woke.")).toBe(" And woke.");
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
        // Where a half word is a word too, as in `keep|er`, only the quoted words tell.
        fc.pre(form === "prefill" || !/\p{L}$/u.test(delivered) || !/^\p{L}/u.test(rest));
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
        fc.pre(STORY.slice(from, delivered.trimEnd().length).trimStart().replace(/\s+/gu, " ").length >= 12);
        fc.pre(words.isWellFormed());
        expect(join(delivered, cutUp(words, lengths)).text).toBe(STORY);
      }),
      { numRuns: 2_000 },
    );
  });
});
