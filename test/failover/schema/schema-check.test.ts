import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  createSchemaChecker,
  SCHEMA_CHECK_LIMITS,
  type SchemaChecker,
  type SchemaCheckLimits,
} from "../../../src/failover/schema/schema-check.ts";

let checker: SchemaChecker;
beforeEach(() => {
  checker = createSchemaChecker();
});
afterEach(() => checker.close());

/** What is found of an answer that is not as it should be; undefined if all is well. */
async function find(schemaJson: string, text: string, tenant = "a tenant"): Promise<string | undefined> {
  const finding = await checker.check(schemaJson, text, tenant);
  return finding.kind === "fits" ? undefined : finding.message;
}

/** Replaces the checker by one with other limits. */
async function useLimits(limits: Partial<SchemaCheckLimits>): Promise<void> {
  await checker.close();
  checker = createSchemaChecker({ ...SCHEMA_CHECK_LIMITS, ...limits });
}

const PERSON = JSON.stringify({
  type: "object",
  properties: { name: { type: "string" }, age: { type: "integer", minimum: 0 } },
  required: ["name"],
});

test.each([
  ["fits", '{"name":"Inès","age":4}', undefined],
  ["misses a key", '{"age":4}', "the answer breaks its schema: required at its top"],
  ["has another type", '{"name":"Inès","age":"4"}', "the answer breaks its schema: type 1 level down"],
])("an answer that %s", async (_, text, expected) => {
  expect(await find(PERSON, text)).toBe(expected);
});

test("a key of the answer is not told: it is text of the model", async () => {
  const numbers = JSON.stringify({ additionalProperties: { additionalProperties: { type: "number" } } });
  expect(await find(numbers, '{"patient":{"Jane Doe":"x"}}')).toBe("the answer breaks its schema: type 2 levels down");
});

/** A pattern, and an answer on which it backtracks for longer than anybody waits. */
const EVIL = JSON.stringify({ type: "string", pattern: "^(a+)+$" });
const EVIL_ANSWER = JSON.stringify(`${"a".repeat(40)}!`);

/** A small schema by which a small answer breaks a quarter of a million rules, each with a message of 32 KB. */
const GREEDY = JSON.stringify({
  $defs: { long: { enum: ["x".repeat(32_000)] }, many: { anyOf: repeat({ $ref: "#/$defs/long" }) } },
  anyOf: repeat({ $ref: "#/$defs/many" }),
});

function repeat(schema: object): object[] {
  return Array.from({ length: 500 }, () => schema);
}

/** Checks, and notes the order in which checks end. */
function noteOrder() {
  const order: string[] = [];
  return {
    order,
    check: async (name: string, schemaJson: string, text: string, tenant?: string): Promise<string | undefined> => {
      const fault = await find(schemaJson, text, tenant);
      order.push(name);
      return fault;
    },
  };
}

test("a schema whose pattern backtracks for ever ends after a second, and the next check works", async () => {
  const [stuck, fine] = await Promise.all([find(EVIL, EVIL_ANSWER), find(PERSON, '{"name":"Inès"}')]);
  expect(stuck).toBe("the answer could not be checked against its schema within 1000 ms");
  expect(fine).toBeUndefined();
});

test("a check that hangs delays no other", async () => {
  await useLimits({ timeoutMs: 60_000 });
  const { order, check } = noteOrder();
  void check("stuck", EVIL, EVIL_ANSWER);
  const fine = ["first", "second", "third"].map((name) => check(name, PERSON, '{"name":"Inès"}'));
  expect(await Promise.all(fine)).toEqual([undefined, undefined, undefined]);
  expect(order).not.toContain("stuck");
});

test("checks that hang on every thread let the others through when they end", async () => {
  await useLimits({ maxThreads: 2 });
  const stuck = [find(EVIL, EVIL_ANSWER), find(EVIL, EVIL_ANSWER)];
  const fine = [find(PERSON, '{"name":"Inès"}'), find(PERSON, '{"age":4}')];
  expect((await Promise.all(stuck)).every((fault) => fault?.includes("could not be checked"))).toBe(true);
  expect(await Promise.all(fine)).toEqual([undefined, "the answer breaks its schema: required at its top"]);
});

test("a check that takes all the memory of its thread ends alone", async () => {
  await useLimits({ maxHeapMib: 32, timeoutMs: 60_000 });
  for (const _ of ["once", "again"]) {
    const [greedy, fine] = await Promise.all([find(GREEDY, "0"), find(PERSON, '{"name":"Inès"}')]);
    expect(greedy).toBe("the answer cannot be checked against its schema");
    expect(fine).toBeUndefined();
  }
});

test("an answer that no attempt holds is not read", async () => {
  // This would take the whole process along, not only its thread.
  const huge = `[${"{},".repeat(4_000_000)}{}]`;
  expect(await find(PERSON, huge)).toBe("the answer cannot be checked against its schema");
});

test("checks wait in the order in which they came, and more than may wait are refused at once", async () => {
  await useLimits({ maxThreads: 1, maxWaiting: 4 });
  const { order, check } = noteOrder();
  await check("start", PERSON, '{"name":"Inès"}');
  const stuck = check("stuck", EVIL, EVIL_ANSWER);
  const names = ["first", "second", "third", "fourth", "refused"];
  const faults = await Promise.all(names.map((name) => check(name, PERSON, '{"name":"Inès"}')));
  const late = await stuck;
  expect(order).toEqual(["start", "refused", "stuck", "first", "second", "third", "fourth"]);
  expect(faults).toEqual([undefined, undefined, undefined, undefined, late]);
});

test("a check that waits at the end is answered", async () => {
  await useLimits({ maxThreads: 1 });
  const checks = [find(EVIL, EVIL_ANSWER), find(PERSON, '{"name":"Inès"}')];
  await checker.close();
  const fault = "the answer cannot be checked against its schema";
  expect(await Promise.all(checks)).toEqual([fault, fault]);
});

test("a checker that nobody closes lets its process end", async () => {
  const file = resolve(import.meta.dirname, "../../../src/failover/schema/schema-check.ts");
  const program = `
    const { createSchemaChecker } = await import(${JSON.stringify(file)});
    await createSchemaChecker().check("{}", "0", "");`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], { stdio: "inherit" });
  expect(await once(child, "exit")).toEqual([0, null]);
});

test.each([
  ["refers to itself for ever", JSON.stringify({ $ref: "#" })],
  ["has a reference that leads nowhere", JSON.stringify({ $ref: "#nowhere" })],
])("a schema that %s fails no answer, and is told", async (_, schema) => {
  expect(await checker.check(schema, '{"name":"Inès"}', "a")).toEqual({
    kind: "unchecked",
    message: "its schema cannot be checked",
  });
});

test("a schema with a part that cannot be checked is told", async () => {
  const schema = JSON.stringify({ type: "object", patternProperties: { "(": {} } });
  expect(await find(schema, '{"name":"Inès"}')).toBe(
    "its schema was checked without a pattern that is no regular expression of ECMAScript",
  );
});

test("one tenant's checks that take for ever delay no other tenant's", async () => {
  await useLimits({ maxThreads: 2, timeoutMs: 60_000 });
  const { order, check } = noteOrder();
  for (let attack = 0; attack < 20; attack++) void check("evil", EVIL, EVIL_ANSWER, "attacker");
  const honest = ["first", "second", "third"].map((name) => check(name, PERSON, '{"name":"Inès"}', "honest"));
  await expect(Promise.all(honest)).resolves.toEqual([undefined, undefined, undefined]);
  expect(order).toEqual(["first", "second", "third"]);
});
