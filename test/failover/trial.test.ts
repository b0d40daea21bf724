import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { AttemptOutcome } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import { Availability_State as State } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import { SkipReason, SwitchMode } from "../../gen/ts/understudy/v1/routing_pb.ts";
import { asked, guarded, trip } from "./guarded.ts";
import { pass } from "./pass.ts";
import { type Beat, cutsAfter, engine, OPENED, pick, plan, type Seen, says, start, text } from "./stage.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** The suspect limit before the first token. */
const SUSPECT_MS = 4_000;

const silent = (): Beat[] => [OPENED, Number.POSITIVE_INFINITY];

function attemptsOf(seen: Seen) {
  return pick(seen, "completed")[0]?.attempts.map(({ route, outcome }) => [route, outcome]);
}

describe("a call that tests a failed route", () => {
  test("starts on the next route too once it waits for long", async () => {
    const [a, b] = [guarded("a", silent()), guarded("b", says("Hello."))];
    await pass((await trip(a)) + 1);
    const seen = start(plan([a.route, b.route]));
    await pass(SUSPECT_MS - 1);
    expect(asked(a, b)).toEqual([1, 0]);
    await pass(2);
    expect(seen.text).toBe("Hello.");
    expect(attemptsOf(seen)).toEqual([
      ["a", AttemptOutcome.HEDGE_LOST],
      ["b", AttemptOutcome.COMPLETED],
    ]);
    expect(a.route.describe().availability?.state).toBe(State.OPEN);
  });

  test("does so outside the hedge budget, and however long the request is", async () => {
    const b = guarded("b", says("Hello."));
    const running = engine();
    for (let outage = 0; outage < 3; outage++) {
      const a = guarded("a", silent());
      await pass((await trip(a)) + 1);
      const seen = start(plan([a.route, b.route], { estimatedInputTokens: 100_000 }), undefined, running);
      await pass(SUSPECT_MS + 1);
      expect(seen.text).toBe("Hello.");
    }
    expect(b.route.takeHedge()).toBe(true);
  });

  test("is answered by the tested route if that speaks first", async () => {
    const [a, b] = [guarded("a", [OPENED, SUSPECT_MS + 500, ...says("Back.")]), guarded("b", silent())];
    await pass((await trip(a)) + 1);
    const seen = start(plan([a.route, b.route]));
    await pass(SUSPECT_MS + 600);
    expect(seen.text).toBe("Back.");
    expect(a.route.describe().availability?.state).toBe(State.AVAILABLE);
  });

  test("starts on the next route too where it goes on with an answer", async () => {
    const [a, b, c] = [guarded("a", cutsAfter("Once ")), guarded("b", silent()), guarded("c", says("upon a time."))];
    await pass((await trip(b)) + 1);
    const seen = start(plan([a.route, b.route, c.route]));
    await pass(SUSPECT_MS + 10);
    expect(seen.text).toBe("Once upon a time.");
    expect(pick(seen, "routeSwitched")).toMatchObject([{ from: "a", to: "c", mode: SwitchMode.CONTINUED }]);
  });

  test("passes a second failed route over, for the one behind it", async () => {
    const [a, b, c] = [guarded("a", silent()), guarded("b", says("No.")), guarded("c", says("Hello."))];
    await trip(b);
    await pass((await trip(a)) + 1);
    const seen = start(plan([a.route, b.route, c.route]));
    await pass(SUSPECT_MS + 1);
    expect(seen.text).toBe("Hello.");
    expect(asked(a, b, c)).toEqual([1, 0, 1]);
  });

  test("tests no second one, whatever became of the first", async () => {
    const [a, b] = [guarded("a", [OPENED, { kind: "alive" }]), guarded("b", says("No."))];
    await trip(b);
    await pass((await trip(a)) + 1);
    const seen = start(plan([a.route, b.route]));
    await pass(100);
    expect(asked(a, b)).toEqual([1, 0]);
    expect(seen.refusal?.report?.skips).toMatchObject([
      {
        route: "b",
        reason: SkipReason.BREAKER_OPEN,
        message: "breaker open: the call has tested another route already",
      },
    ]);
  });
});

describe("a silent route", () => {
  const hangs: Beat[] = [OPENED, text("Once "), Number.POSITIVE_INFINITY];
  const MINUTES = 600_000;

  /** Three answers that hang and have long limits of their own. */
  async function hang(a: ReturnType<typeof guarded>, running: ReturnType<typeof engine>): Promise<void> {
    for (let call = 0; call < 3; call++) {
      const patient = plan([a.route]);
      const routes = patient.routes.map((each) => ({
        ...each,
        limits: { ...each.limits, text: { suspectMs: 5_000, confirmMs: MINUTES } },
      }));
      start({ ...patient, routes }, undefined, running);
    }
    await pass(5_010);
  }

  test("says so and why, gets one call in 5 s, and is no longer silent when all by default would have given up", async () => {
    const a = guarded("a", hangs, hangs, hangs, says("Primary."));
    const b = guarded("b", says("Backup."));
    const running = engine();
    await hang(a, running);
    expect(a.route.describe().availability).toMatchObject({
      state: State.SILENT,
      cause: "3 of 3 running answers fell silent",
    });
    const ask = async (): Promise<string> => {
      const seen = start(plan([a.route, b.route]), undefined, running);
      await pass(10);
      return seen.text;
    };
    expect(await ask()).toBe("Backup.");
    await pass(5_000);
    expect(await ask()).toBe("Primary.");
    expect(await ask()).toBe("Backup.");
    await pass(10_000);
    expect(a.route.describe().availability).toMatchObject({ state: State.AVAILABLE, cause: "" });
    expect(await ask()).toBe("Primary.");
  });

  test("whose trial is silent too costs that call the suspect limit, not the confirm limit", async () => {
    const a = guarded("a", hangs, hangs, hangs, silent());
    const b = guarded("b", says("Backup."));
    const running = engine();
    await hang(a, running);
    await pass(5_000);
    const seen = start(plan([a.route, b.route]), undefined, running);
    await pass(SUSPECT_MS + 10);
    expect(seen.text).toBe("Backup.");
  });
});
