import { expect, test } from "vitest";
import { type LaneName, SchemaLanes } from "../../../src/failover/schema/schema-lanes.ts";

/** Lanes whose checks end when they are told to, and the order in which they began. */
function openLanes(maxRunning: number, { maxWaiting = 100, maxWaitingOfOne = 100 } = {}) {
  const lanes = new SchemaLanes({ maxRunning, maxWaiting, maxWaitingOfOne });
  const began: string[] = [];
  const ends = new Map<string, () => void>();
  const run = (lane: LaneName, tenant: string, name: string): Promise<string | undefined> =>
    lanes.run(lane, tenant, () => {
      began.push(name);
      return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
    });
  const end = async (name: string): Promise<void> => {
    ends.get(name)?.();
    await new Promise(setImmediate);
  };
  return { began, run, end };
}

test("tenants take turns, and each one's checks keep their order", async () => {
  const { began, run, end } = openLanes(1);
  for (const name of ["a1", "a2", "a3", "b1", "c1", "b2"]) void run("quick", name.charAt(0), name);
  for (const name of ["a1", "a2", "b1", "c1", "a3", "b2"]) {
    expect(began.at(-1)).toBe(name);
    await end(name);
  }
});

test("long checks leave a place for quick ones, and wait for those that wait", async () => {
  const { began, run, end } = openLanes(2);
  void run("long", "a", "long1");
  void run("long", "a", "long2");
  void run("quick", "b", "quick1");
  void run("quick", "b", "quick2");
  expect(began).toEqual(["long1", "quick1"]);
  await end("long1");
  expect(began).toEqual(["long1", "quick1", "quick2"]);
  await end("quick1");
  expect(began).toEqual(["long1", "quick1", "quick2", "long2"]);
});

test("one place serves both lanes", async () => {
  const { began, run, end } = openLanes(1);
  void run("long", "a", "long");
  void run("quick", "b", "quick");
  await end("long");
  expect(began).toEqual(["long", "quick"]);
});

test("more than may wait are refused at once, of one tenant and of all", async () => {
  const { run } = openLanes(1, { maxWaiting: 3, maxWaitingOfOne: 2 });
  for (const name of ["a1", "a2", "a3"]) void run("quick", "a", name);
  await expect(run("quick", "a", "a4")).resolves.toBeUndefined();
  void run("quick", "b", "b1");
  await expect(run("quick", "c", "c1")).resolves.toBeUndefined();
});

test("a check that fails frees its place", async () => {
  const { began, run } = openLanes(1);
  const lanes = new SchemaLanes({ maxRunning: 1, maxWaiting: 1, maxWaitingOfOne: 1 });
  await expect(lanes.run("quick", "a", () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  await expect(lanes.run("quick", "a", () => Promise.resolve(1))).resolves.toBe(1);
  void run("quick", "a", "a1");
  expect(began).toEqual(["a1"]);
});
