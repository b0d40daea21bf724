import { describe, expect, test } from "vitest";
import { Seam } from "../../../src/failover/seam/seam.ts";
import { join } from "./join.ts";

describe("the space between two words", () => {
  test.each([
    ["is put in where the model left it out", "The quick brown fox", "jumps over", "The quick brown fox jumps over"],
    ["is put in behind a sentence", "It was read.", "He asked", "It was read. He asked"],
    ["is none in the middle of a word", "The lighthou", "se keeper", "The lighthouse keeper"],
    ["is none before a closing mark", "One . two . three", ". Four", "One . two . three. Four"],
    [
      "is none in a word of which the first half is a word",
      "The first half of the ans",
      "wer",
      "The first half of the answer",
    ],
    ["is put in between short words that could be one", "no", "nodded", "no nodded"],
    ["is none in a text without spaces", "灯台守は毎晩", "船の数を数えた", "灯台守は毎晩船の数を数えた"],
    [
      "is none in a run of code letters",
      `data:${"iVBORw0K".repeat(6)}`,
      "GgoAAAAN",
      `data:${"iVBORw0K".repeat(6)}GgoAAAAN`,
    ],
    ["is what the text has there elsewhere", "a = 1\nb = 2\nc =", "3\n", "a = 1\nb = 2\nc = 3\n"],
    [
      "is put in between words of a language that is not known",
      "Er hat es heute",
      "beschlossen",
      "Er hat es heute beschlossen",
    ],
  ])("%s", (_, delivered, said, expected) => {
    expect(join(delivered, [said]).text).toBe(expected);
  });

  test("is none where the answer or the request has the word", () => {
    expect(join("Die Kanzler", ["in sagt"], "instruct", "Was sagt die Kanzlerin?").text).toBe("Die Kanzlerin sagt");
  });

  test("does not hide a stop sequence that spans the seam", () => {
    const seam = new Seam({ delivered: "one EN", form: "instruct", stopSequences: ["END"], context: "" });
    expect(seam.push("D two") + seam.end()).toBe("D two");
  });
});
