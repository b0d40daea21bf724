import { expect, test } from "vitest";

import { awaitTurn, isLarge } from "../../../src/edge/admission/large-turns.ts";

test("large messages come one after the other, with turns for everybody else between them", async () => {
  let turns = 0;
  let counting = true;
  const count = (): void => {
    turns += 1;
    if (counting) setImmediate(count);
  };
  setImmediate(count);
  const cameAt = await Promise.all(
    Array.from({ length: 4 }, async () => {
      await awaitTurn();
      return turns;
    }),
  );
  counting = false;
  const gaps = cameAt.slice(1).map((turn, index) => turn - (cameAt[index] ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(3);
});

test("a message of an ordinary conversation is not large", () => {
  expect(isLarge(new Uint8Array(100_000))).toBe(false);
  expect(isLarge(new Uint8Array(1_000_000))).toBe(true);
});
