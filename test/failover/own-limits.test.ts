import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { AttemptLimits } from "../../src/call/plan.ts";
import { pass } from "./pass.ts";
import { type Beat, engine, failed, LIMITS, OPENED, plan, route, says, start, text } from "./stage.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const AT_ONCE = { suspectMs: 1, confirmMs: 50 };
const silent = (...first: Beat[]): Beat[] => [OPENED, ...first, Number.POSITIVE_INFINITY];
const slowly = (): Beat[] => [
  OPENED,
  ...Array.from({ length: 40 }, () => [1_000, text("four words a second ")] as const).flat(),
];

describe("an attempt that ends by a limit of its request alone says nothing about its route:", () => {
  test.each<[string, Partial<AttemptLimits>, Beat[], string]>([
    ["until the first progress", { firstProgress: AT_ONCE }, silent(), "gave no answer within 50 ms"],
    ["between pieces of text", { text: AT_ONCE }, silent(text("Once ")), "stalled: more text did not come for 50 ms"],
    [
      "between pieces of a tool call",
      { tool: AT_ONCE },
      silent({ kind: "toolCallGrew", characters: 1 }),
      "stalled: more of a tool call did not come for 50 ms",
    ],
    [
      "between pieces of reasoning",
      { reasoning: AT_ONCE },
      silent({ kind: "reasoning", text: "hm" }),
      "stalled: more reasoning did not come for 50 ms",
    ],
    ["of speed", { minTokensPerS: 100 }, slowly(), "was slow: 6.1 tokens a second"],
  ])("a limit %s", async (_, own, script, message) => {
    const a = route("a", [script], { retries: 0 });
    const seen = start(plan([a], { limits: { ...LIMITS, ...own } }));
    await pass(41_000);
    expect(a.verdicts).toEqual(["neutral"]);
    expect(seen.refusal?.report?.attempts).toMatchObject([{ message: `${message}, a limit of this request alone` }]);
  });

  test("a limit of connecting", async () => {
    const a = route("a", [[failed("connect-timeout")]]);
    start(plan([a], { limits: { ...LIMITS, connectTimeoutMs: 1 } }));
    await pass(10);
    expect(a.verdicts).toEqual(["neutral"]);
  });
});

test("a limit of the request's that is looser than everybody's still counts", async () => {
  const a = route("a", [silent()]);
  start(plan([a], { limits: { ...LIMITS, firstProgress: { suspectMs: 4_000, confirmMs: 30_000 } } }));
  await pass(30_010);
  expect(a.verdicts).toEqual(["failed"]);
});

test("a limit of connecting that everybody has counts", async () => {
  const a = route("a", [[failed("connect-timeout")]]);
  start(plan([a]));
  await pass(10);
  expect(a.verdicts).toEqual(["failed"]);
});

test("three that suspect at once move no other call, and no new one", async () => {
  const answers: Beat[] = [OPENED, 3_000, ...says("Primary.")];
  const [a, b] = [route("a", [answers]), route("b", [says("Backup.")])];
  const running = engine();
  const waiting = start(plan([a, b]), undefined, running);
  const hasty = { ...LIMITS, firstProgress: { suspectMs: 1, confirmMs: 12_000 } };
  for (let call = 0; call < 3; call++) start(plan([a], { limits: hasty }), undefined, running);
  await pass(100);
  const late = start(plan([a, b]), undefined, running);
  await pass(3_100);
  expect([waiting.text, late.text]).toEqual(["Primary.", "Primary."]);
});

test("a hedge that its request started at once and that wins does not blame the route that was not slow", async () => {
  const a = route("a", [silent()], { retries: 0 });
  const hasty = { ...LIMITS, firstProgress: { suspectMs: 1, confirmMs: 12_000 } };
  const seen = start(plan([a, route("b", [says("Hello.")])], { limits: hasty, hedges: true }));
  await pass(100);
  expect(seen.text).toBe("Hello.");
  expect(a.verdicts).toEqual(["neutral"]);
});
