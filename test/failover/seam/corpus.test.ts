import { expect, test } from "vitest";
import { type Behaviour, cuts, OBEDIENT, pieces, TEXTS, WILFUL } from "./corpus.ts";
import { join } from "./join.ts";

/** Joins of each text at 25 places. */
function joins(behaviour: Behaviour) {
  return Object.entries(TEXTS).flatMap(([kind, ideal]) =>
    cuts(ideal, 25).map((cut) => {
      const delivered = ideal.slice(0, cut);
      const shown = delivered.trimEnd();
      const { text, diverged } = join(delivered, pieces(behaviour(shown, ideal.slice(shown.length))));
      return { kind, cut, ideal, text, diverged };
    }),
  );
}

/** Without white space, case, quotes and dots: what the reader of an answer hardly sees. */
function squash(text: string): string {
  return text.toLowerCase().replace(/[\s"“”«»'’.…]+/gu, "");
}

test.each(Object.entries(OBEDIENT))("a backup that begins with %s is joined without a flaw", (_, behaviour) => {
  const flawed = joins(behaviour).filter(({ text, ideal, diverged }) => diverged || text !== ideal);
  expect(flawed.map(({ kind, cut }) => `${kind} at ${cut}`)).toEqual([]);
});

test("of backups that do as they like, most are joined exactly, and hardly anything is lost", () => {
  const all = Object.values(WILFUL).flatMap(joins);
  const exact = all.filter(({ text, ideal, diverged }) => !diverged && text === ideal);
  const complete = all.filter(({ diverged }) => !diverged);
  const seemsExact = complete.filter(({ text, ideal }) => squash(text) === squash(ideal));
  const lost = complete.filter(({ text, ideal }) => squash(text).length < squash(ideal).length);
  expect(exact.length / all.length).toBeGreaterThan(0.85);
  expect(seemsExact.length / complete.length).toBeGreaterThan(0.97);
  expect(lost.length / complete.length).toBeLessThan(0.005);
});
