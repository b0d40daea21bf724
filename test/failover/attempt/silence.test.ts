import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { SkipReason, SwitchReason } from "../../../gen/ts/understudy/v1/routing_pb.ts";
import { pass } from "../pass.ts";
import { type Beat, engine, OPENED, pick, plan, route, says, start, text } from "../stage.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const silent = (): Beat[] => [OPENED, Number.POSITIVE_INFINITY];

test("three silent attempts of three move to the backup at the suspect limit", async () => {
  const a = route("a", [silent()]);
  const b = route("b", [says("Hello.")]);
  const running = engine();
  const first = start(plan([a, b]), undefined, running);
  const calls = [first, ...[2, 3].map(() => start(plan([a, b]), undefined, running))];
  await pass(3_990);
  expect(b.requests).toHaveLength(0);
  await pass(20);
  expect(calls.map((call) => call.text)).toEqual(["Hello.", "Hello.", "Hello."]);
  expect(pick(first, "routeSwitched")).toMatchObject([{ reason: SwitchReason.TIMED_OUT }]);
});

test("two silent attempts may be a coincidence", async () => {
  const a = route("a", [silent()]);
  const b = route("b", [says("Hello.")]);
  const running = engine();
  start(plan([a, b]), undefined, running);
  start(plan([a, b]), undefined, running);
  await pass(11_900);
  expect(b.requests).toHaveLength(0);
});

test("three silent attempts among eight that speak are no silence of the route", async () => {
  const speaks: Beat[] = [OPENED, ...Array.from({ length: 30 }, () => [1_000, text("word ")] as const).flat()];
  const a = route("a", [...Array.from({ length: 8 }, () => speaks), silent()]);
  const b = route("b", [says("Hello.")]);
  const running = engine();
  for (let call = 0; call < 11; call++) start(plan([a, b]), undefined, running);
  await pass(11_900);
  expect(b.requests).toHaveLength(0);
});

test("a running answer is confirmed at half its limit, and a new call starts on the backup", async () => {
  const a = route("a", [[OPENED, text("Once "), Number.POSITIVE_INFINITY]]);
  const b = route("b", [says("more.")]);
  const running = engine();
  const calls = [1, 2, 3].map(() => start(plan([a, b]), undefined, running));
  await pass(5_010);
  const late = start(plan([a, b]), undefined, running);
  await pass(10);
  expect(late.text).toBe("more.");
  expect(pick(late, "completed")[0]?.skips).toMatchObject([{ route: "a", reason: SkipReason.SILENT }]);
  expect(calls.map((call) => call.text)).toEqual(["Once ", "Once ", "Once "]);
  await pass(5_000);
  expect(calls.map((call) => call.text)).toEqual(["Once more.", "Once more.", "Once more."]);
});

test("progress on half of them ends the silence", async () => {
  const recovers: Beat[] = [OPENED, text("Once "), 6_000, text("upon "), 12_000, text("a time.")];
  const a = route("a", [recovers]);
  const b = route("b", [says("more.")]);
  const running = engine();
  const calls = [1, 2, 3].map(() => start(plan([a, b]), undefined, running));
  await pass(6_500);
  const late = start(plan([a, b]), undefined, running);
  await pass(3_000);
  expect(late.text).toBe("Once ");
  expect(calls.map((call) => call.text)).toEqual(["Once upon ", "Once upon ", "Once upon "]);
  expect(b.requests).toHaveLength(0);
});

test("a silent route is asked after all when there is no other", async () => {
  const a = route("a", [silent(), silent(), silent(), says("Hello.")]);
  const running = engine();
  for (let call = 0; call < 3; call++) start(plan([a]), undefined, running);
  await pass(4_100);
  const late = start(plan([a]), undefined, running);
  await pass(10);
  expect(late.text).toBe("Hello.");
});
