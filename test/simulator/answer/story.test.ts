import { expect, test } from "vitest";
import { splitPieces } from "../../../src/simulator/answer/split-pieces.ts";
import { STORY } from "../../../src/simulator/answer/story.ts";

test("the story has 300 to 400 words, a list, paragraphs, and characters of one to four bytes", () => {
  expect(STORY.match(/\S+/gu)!.length).toBeGreaterThanOrEqual(300);
  expect(STORY.match(/\S+/gu)!.length).toBeLessThanOrEqual(400);
  expect(STORY).toMatch(/\n- /u);
  expect(STORY.split("\n\n").length).toBeGreaterThan(2);
  for (const character of ["é", "—", "灯", "🚢"]) expect(STORY).toContain(character);
});

test.each([
  { text: STORY },
  { text: "" },
  { text: " " },
  { text: "\n\nword \n" },
  { text: "🚢".repeat(30) },
  { text: '{"a":"without any white space at all","b":[1,2,3]}' },
])("the pieces of $text.length characters are the text again, without a torn character", ({ text }) => {
  const pieces = splitPieces(text);
  expect(pieces.join("")).toBe(text);
  expect(pieces.every((piece) => piece !== "" && piece.isWellFormed())).toBe(true);
});
