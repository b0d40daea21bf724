import { expect, test } from "vitest";
import type { CrowdCall } from "./crowd.ts";
import { ANSWER_S, playOutage } from "./outage.ts";

const seed = Math.floor(Math.random() * 2 ** 31);

const startedIn = (calls: readonly CrowdCall[], fromMs: number, untilMs: number): CrowdCall[] =>
  calls.filter(({ startedAtMs }) => startedAtMs >= fromMs && startedAtMs < untilMs);

const shareOn = (calls: readonly CrowdCall[], route: string): number =>
  calls.filter(({ firstRoute }) => firstRoute === route).length / calls.length;

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

test("a primary goes silent at 50 requests/s: new calls start on the backup within 6 s", {
  timeout: 60_000,
}, async () => {
  const fromMs = 20_000;
  const { calls } = await playOutage({
    kind: "silence",
    fromMs,
    untilMs: 60_000,
    endMs: 60_000,
    backupCap: 512,
    seed,
  });
  const share = shareOn(startedIn(calls, fromMs + 6_000, 50_000), "backup");
  const completed = calls.filter(({ completedAtMs }) => completedAtMs !== undefined).length / calls.length;
  console.log(
    `silence: ${percent(share)} of new calls on the backup after 6 s, ${percent(completed)} completed, seed ${seed}`,
  );
  expect(share).toBeGreaterThanOrEqual(0.95);
  expect(completed).toBe(1);
});

test.each([40, 16])(
  "a primary dies under load: a backup with %i places is kept full, and never over",
  { timeout: 60_000 },
  async (backupCap) => {
    const [fromMs, untilMs, endMs] = [20_000, 80_000, 240_000];
    const { calls, backupMostInFlight, primaryOpenings, primaryRequests } = await playOutage({
      kind: "errors",
      fromMs,
      untilMs,
      endMs,
      backupCap,
      seed,
    });
    const measuredS = 50;
    const done = calls.filter(
      ({ completedAtMs = 0 }) => completedAtMs >= fromMs + 5_000 && completedAtMs < fromMs + 5_000 + measuredS * 1_000,
    );
    const goodput = done.length / measuredS / (backupCap / ANSWER_S);
    const back = [...calls]
      .reverse()
      .find(({ firstRoute, startedAtMs }) => firstRoute === "backup" && startedAtMs > untilMs);
    const backAfterMs = (back?.startedAtMs ?? untilMs) - untilMs;
    const later = startedIn(calls, untilMs + 90_000, endMs);
    console.log(
      `errors: backup at most ${backupMostInFlight} of ${backupCap} in flight, goodput ${percent(goodput)} of its cap, ` +
        `back on the primary after ${(backAfterMs / 1_000).toFixed(1)} s, ${primaryRequests} requests to the dead primary, seed ${seed}`,
    );
    expect(backupMostInFlight).toBeLessThanOrEqual(backupCap);
    expect(goodput).toBeGreaterThanOrEqual(0.95);
    expect(backAfterMs).toBeLessThanOrEqual(90_000);
    expect(shareOn(later, "primary")).toBe(1);
    expect(later.every(({ completedAtMs }) => completedAtMs !== undefined)).toBe(true);
    expect(primaryOpenings).toHaveLength(1);
  },
);

test("a backup without a declared cap is loaded step by step", { timeout: 60_000 }, async () => {
  const { calls, backupMostInFlight } = await playOutage({
    kind: "errors",
    fromMs: 20_000,
    untilMs: 60_000,
    endMs: 60_000,
    backupCap: undefined,
    seed,
  });
  const completedBy = (untilMs: number): number =>
    calls.filter(({ completedAtMs = 0 }) => completedAtMs > 20_000 && completedAtMs <= untilMs).length;
  // 16 places for the first 5 s serve 8 answers a second.
  expect(completedBy(25_000)).toBeLessThanOrEqual(16 * 2.5);
  expect(backupMostInFlight).toBeLessThanOrEqual(64);
});
