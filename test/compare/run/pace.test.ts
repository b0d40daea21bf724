import { create } from "@bufbuild/protobuf";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { RouteSchema } from "../../../gen/ts/understudy/v1/route_service_pb.ts";
import { SkipReason } from "../../../gen/ts/understudy/v1/routing_pb.ts";
import type { Refused } from "../../../src/call/route.ts";
import { Pace, Paces } from "../../../src/compare/run/pace.ts";
import { route } from "../../failover/stage.ts";

const SIGNAL = new AbortController().signal;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function pace(maxConcurrency: number, refusal: () => Refused | undefined = () => undefined): Pace {
  const made = route("backup", []);
  const describe: typeof made.describe = () => create(RouteSchema, { availability: { maxConcurrency } });
  return new Pace({ ...made, describe, refusal });
}

/** Whether a place is free within `ms`. */
async function entersWithin(one: Pace, ms: number): Promise<boolean> {
  let entered = false;
  const enter = async (): Promise<void> => {
    entered = await one.enter(SIGNAL);
  };
  void enter();
  await vi.advanceTimersByTimeAsync(ms);
  return entered;
}

test.each([
  [1, 1],
  [19, 1],
  [20, 2],
  [64, 6],
])("takes of %i places %i", (cap, share) => {
  expect(pace(cap).share).toBe(share);
});

test("waits until a place is free", async () => {
  const one = pace(10);
  expect(await entersWithin(one, 0)).toBe(true);
  expect(await entersWithin(one, 1_000)).toBe(false);
  one.leave();
  await vi.advanceTimersByTimeAsync(200);
  expect(await entersWithin(one, 0)).toBe(false);
});

test("waits while the route rests for the calls that it serves", async () => {
  let resting = true;
  const rest = { reason: SkipReason.COOLING_DOWN, message: "rests", retryAtMs: undefined };
  const one = pace(10, () => (resting ? rest : undefined));
  const entering = one.enter(SIGNAL);
  await vi.advanceTimersByTimeAsync(60_000);
  resting = false;
  await vi.advanceTimersByTimeAsync(200);
  await expect(entering).resolves.toBe(true);
});

test("does not wait for ever", async () => {
  const one = pace(10, () => ({ reason: SkipReason.ISOLATED, message: "isolated", retryAtMs: undefined }));
  const entering = one.enter(SIGNAL);
  await vi.advanceTimersByTimeAsync(300_200);
  await expect(entering).resolves.toBe(false);
});

test("rests as long as an upstream asks for, and longer with each failure", async () => {
  const one = pace(100);
  one.failed(5_000);
  expect(await entersWithin(one, 4_900)).toBe(false);
  await vi.advanceTimersByTimeAsync(200);
  expect(await entersWithin(one, 0)).toBe(true);
});

test("gives a route up that fails ten times in a row, until the next comparison", async () => {
  const one = pace(100);
  for (let failure = 0; failure < 9; failure++) one.failed();
  one.succeeded();
  for (let failure = 0; failure < 10; failure++) one.failed();
  await expect(one.enter(SIGNAL)).resolves.toBe(false);
  one.startAgain();
  expect(await entersWithin(one, 60_000)).toBe(true);
});

test("leaves at once when the comparison ends", async () => {
  const ending = new AbortController();
  const one = pace(10);
  await one.enter(SIGNAL);
  const entering = one.enter(ending.signal);
  ending.abort();
  await expect(entering).resolves.toBe(false);
});

test("has one pace for each route", () => {
  const paces = new Paces();
  const one = route("one", []);
  expect(paces.of(one)).toBe(paces.of(one));
  expect(paces.of(one)).not.toBe(paces.of(route("one", [])));
});
