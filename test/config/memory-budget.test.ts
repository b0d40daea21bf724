import { expect, test } from "vitest";

import { chooseMemoryBudget, readProcessMemory } from "../../src/config/memory-budget.ts";

const GIB = 1024 ** 3;

test.each([
  ["a heap without a container", { heapBytes: GIB, containerBytes: Number.POSITIVE_INFINITY }, 0.4 * GIB],
  ["a heap that is half of its container", { heapBytes: GIB, containerBytes: 2 * GIB }, 0.4 * GIB],
  ["a heap as large as its container", { heapBytes: GIB, containerBytes: GIB }, 0.3 * GIB],
])("chooses a part of %s", (_, memory, bytes) => {
  expect(chooseMemoryBudget(memory)).toBe(Math.floor(bytes));
});

test("knows the heap of this process, and no container that is larger than any machine", () => {
  const { heapBytes, containerBytes } = readProcessMemory();
  expect(heapBytes).toBeGreaterThan(0);
  expect(containerBytes === Number.POSITIVE_INFINITY || containerBytes < 2 ** 50).toBe(true);
});
