import { expect, test } from "vitest";
import { RefusedFields } from "../../src/provider/fit/refused-fields.ts";

const HOUR_MS = 3_600_000;

test("a field that an upstream does not have is left out for an hour", () => {
  const fields = new RefusedFields();
  fields.confirm([{ field: "seed", lasting: true }], 0);
  expect([...fields.list([], HOUR_MS - 1).keys()]).toEqual(["seed"]);
  expect([...fields.list([], HOUR_MS).keys()]).toEqual([]);
});

test("a value that is refused is left out in this call only", () => {
  const fields = new RefusedFields();
  const refusal = { field: "temperature", lasting: false } as const;
  expect([...fields.list([refusal], 0).keys()]).toEqual(["temperature"]);
  fields.confirm([refusal], 0);
  expect([...fields.list([], 1).keys()]).toEqual([]);
});
