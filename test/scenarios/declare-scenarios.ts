/** Declares every scenario for one client. */

import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { CallOptions, CreateClient, Told } from "./clients/scenario-client.ts";
import { expectStream, expectUnary } from "./expect-told.ts";
import { type Dialect, IMPATIENT, PLACES, type WorkloadSetup } from "./make-config.ts";
import { requestsOf } from "./requests-of.ts";
import { asUnary, type Expected, type Scenario } from "./scenario.ts";
import { ask, expectWell, type Stage, startStage } from "./stage.ts";
import { AFTER_TEXT } from "./table/after-text.ts";
import { BEFORE_TEXT } from "./table/before-text.ts";
import { REFUSALS } from "./table/refusals.ts";

/** Dialects of the primary and of the first backup; a third route speaks that of the primary. */
export type Pair = readonly [Dialect, Dialect];

export const CROSSED: readonly Pair[] = [
  ["openai-chat", "anthropic-messages"],
  ["anthropic-messages", "openai-chat"],
];

export const ALIKE: readonly Pair[] = [
  ["openai-chat", "openai-chat"],
  ["anthropic-messages", "anthropic-messages"],
];

/** Scenarios that run at the same time: many only wait for a limit to pass, and all together keep none of them late. */
const CONCURRENT_COUNT = 8;

const SCENARIOS = [...BEFORE_TEXT, ...AFTER_TEXT, ...REFUSALS];

/** Declares the scenarios for a client, in these pairs of dialects, on one gateway. */
export function declareScenarios(
  client: string,
  createClient: CreateClient,
  pairs: readonly Pair[],
  kind: "stream" | "complete",
): void {
  vi.setConfig({ maxConcurrency: CONCURRENT_COUNT });
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage(
      createClient,
      pairs.flatMap((pair) => workloadsOf(pair, pairs)),
    );
    // A cold process takes its time for the first call, and limits would run out meanwhile.
    await stage.client.complete(ask("well"));
  });
  afterAll(() => stage?.close());

  describe.each(pairs.map((pair) => ({ pair, from: pair[0], to: pair[1] })))(
    `${client}, from $from to $to`,
    ({ pair }) => {
      test.concurrent.for(scenariosOf(pair, pairs))("$name", async (scenario) => {
        const name = workloadName(scenario, pair);
        const first = await run(stage, kind, name, scenario);
        const expected = kind === "complete" ? asUnary(scenario) : scenario;
        expectTold(kind, first, expected);
        expect(requestsOf(stage, name)).toHaveLength(reachedCount(scenario, expected));
        if (scenario.again !== undefined) expectTold(kind, await run(stage, kind, name, scenario), scenario.again);
        await stage.simulator.until(() => requestsOf(stage, name).every(({ end }) => end.kind !== "open"));
      });
    },
  );

  test(`${client}: the gateway is well after all that`, () => expectWell(stage));
}

function run({ client }: Stage, kind: "stream" | "complete", workload: string, scenario: Scenario): Promise<Told> {
  const options: CallOptions = scenario.timeoutMs === undefined ? {} : { timeoutMs: scenario.timeoutMs };
  return client[kind](ask(workload, scenario.request), options);
}

function expectTold(kind: "stream" | "complete", told: Told, expected: Expected): void {
  if (kind === "stream") expectStream(told, expected);
  else expectUnary(told, expected);
}

/** Attempts whose upstream was reached: each is one request there, and there are no others. */
function reachedCount({ routes }: Scenario, { attempts }: Expected): number {
  const refusing = PLACES.filter((_, place) => routes[place]?.refused);
  return attempts.filter((attempt) => !refusing.some((place) => attempt.startsWith(place))).length;
}

/** The scenarios of a pair. Deadlines are the same in every dialect, so the first pair alone has them. */
function scenariosOf(pair: Pair, pairs: readonly Pair[]): Scenario[] {
  return SCENARIOS.filter(
    ({ primaryDialect = pair[0], timeoutMs }) =>
      primaryDialect === pair[0] && (timeoutMs === undefined || pair === pairs[0]),
  );
}

/** Whether a limit must pass before the call goes on. */
function waits({ attempts }: Scenario): boolean {
  return attempts.some((attempt) => /TIMED_OUT|STALLED/u.test(attempt));
}

function workloadsOf(pair: Pair, pairs: readonly Pair[]): WorkloadSetup[] {
  return scenariosOf(pair, pairs).map((scenario) => ({
    name: workloadName(scenario, pair),
    routes: scenario.routes.map((route, place) => ({ ...route, dialect: pair[place % 2] ?? pair[0] })),
    policy: { ...(waits(scenario) && IMPATIENT), ...scenario.policy },
  }));
}

/** A number keeps names within 64 characters. */
function workloadName(scenario: Scenario, [primary, backup]: Pair): string {
  return `s${SCENARIOS.indexOf(scenario)}-${primary.slice(0, 1)}${backup.slice(0, 1)}`;
}
