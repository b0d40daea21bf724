import { afterAll, beforeAll, describe, test, vi } from "vitest";
import { createConnectClient } from "./clients/connect.ts";
import { expectStream } from "./expect-told.ts";
import type { Dialect, RouteSetup, WorkloadSetup } from "./make-config.ts";
import type { Expected } from "./scenario.ts";
import { ask, expectWell, type Stage, startStage } from "./stage.ts";

/** One of the usual troubles of a primary, and what each of some calls in a row is to see of it, by the defaults. */
interface Trouble {
  readonly name: string;
  readonly primary: RouteSetup;
  readonly backup?: RouteSetup;
  /** The one limit that is set, where the default is longer than a test. */
  readonly limit?: object;
  readonly calls: readonly Expected[] | Readonly<Record<Dialect, readonly Expected[]>>;
}

const HEALTHY: Expected = { attempts: ["primary COMPLETED 200 delivers"] };
const BY_BACKUP = "backup COMPLETED 200 delivers";

function restarts(reason: string, ...attempts: readonly string[]): Expected {
  return { attempts: [...attempts, BY_BACKUP], switches: [`primary backup ${reason} RESTARTED`] };
}

function continues(reason: string, attempt: string): Expected {
  return { attempts: [attempt, `${BY_BACKUP} discards`], switches: [`primary backup ${reason} CONTINUED trims`] };
}

function skipsPrimary(reason: string): Expected {
  return { attempts: [BY_BACKUP], skips: [`primary ${reason}`] };
}

const FIRST_TOKEN = { first_token_timeout: "3s" };
const STALL = { stall_timeout: "3s" };

const TROUBLES: readonly Trouble[] = [
  {
    name: "a rate limit that names a time",
    primary: { faults: "status=429+retry-after=30" },
    calls: [restarts("RATE_LIMITED", "primary RATE_LIMITED 429"), skipsPrimary("COOLING_DOWN")],
  },
  {
    name: "a rate limit that names none",
    primary: { faults: "status=429" },
    calls: [restarts("RATE_LIMITED", "primary RATE_LIMITED 429"), skipsPrimary("COOLING_DOWN")],
  },
  {
    name: "one server error",
    primary: { faults: "status=500+times=1" },
    calls: [{ attempts: ["primary FAILED 500", "primary COMPLETED 200 retry delivers"] }, HEALTHY],
  },
  {
    name: "server errors again and again",
    primary: { faults: "status=500" },
    calls: [
      restarts("FAILED", "primary FAILED 500", "primary FAILED 500 retry"),
      { ...restarts("FAILED", "primary FAILED 500"), skips: ["primary BREAKER_OPEN"] },
      skipsPrimary("BREAKER_OPEN"),
    ],
  },
  {
    name: "a server that is down and names a time",
    primary: { faults: "status=503+retry-after=30" },
    calls: [restarts("FAILED", "primary FAILED 503"), skipsPrimary("COOLING_DOWN")],
  },
  {
    name: "a port that refuses",
    primary: { refused: true },
    calls: [restarts("FAILED", "primary FAILED -", "primary FAILED - retry")],
  },
  {
    name: "silence",
    primary: { faults: "hang" },
    limit: FIRST_TOKEN,
    calls: [restarts("TIMED_OUT", "primary TIMED_OUT -")],
  },
  {
    name: "a first token that comes too late",
    primary: { faults: "slow-first=30000" },
    limit: FIRST_TOKEN,
    calls: [restarts("TIMED_OUT", "primary TIMED_OUT 200")],
  },
  { name: "a first token that takes its time", primary: { faults: "slow-first=2500" }, calls: [HEALTHY] },
  {
    name: "a cut",
    primary: { faults: "cut=30" },
    backup: { faults: "repeat=5" },
    calls: [continues("FAILED", "primary FAILED 200 delivers")],
  },
  {
    name: "a stall behind pings",
    primary: { faults: "stall-pings=30" },
    backup: { faults: "repeat=5" },
    limit: STALL,
    calls: [continues("STALLED", "primary STALLED 200 delivers")],
  },
  {
    name: "events that cannot be read",
    primary: { faults: "malformed=30" },
    backup: { faults: "repeat=5" },
    calls: [continues("FAILED", "primary FAILED 200 delivers")],
  },
  { name: "a stream that is slow and well", primary: { faults: "rate=25" }, calls: [HEALTHY] },
  {
    name: "a conversation that is too long for it",
    primary: { faults: "context-too-long" },
    calls: [restarts("MISCONFIGURED", "primary REJECTED 400")],
  },
  {
    name: "a content filter",
    primary: { faults: "content-filter" },
    calls: {
      "openai-chat": [
        {
          attempts: ["primary CONTENT_FILTERED 200"],
          skips: ["backup NOT_REACHED"],
          refused: "FAILED_PRECONDITION CONTENT_FILTERED",
        },
      ],
      // It answers, and says that it will not.
      "anthropic-messages": [{ attempts: ["primary COMPLETED 200"], finish: "REFUSAL", text: "nothing" }],
    },
  },
  {
    name: "a cut, and a backup that refuses a prefill",
    primary: { faults: "cut=30" },
    backup: { faults: "refuse-prefill+repeat=5", settings: { continuation: "prefill" } },
    calls: [
      {
        attempts: [
          "primary FAILED 200 delivers",
          "backup REJECTED 400",
          "backup COMPLETED 200 retry delivers discards",
        ],
        switches: ["primary backup FAILED CONTINUED trims"],
      },
    ],
  },
  {
    name: "a primary that comes and goes",
    primary: { faults: "flap=1" },
    calls: {
      // Its 503 says that it has too much to do, and asking again would add to that.
      "openai-chat": [HEALTHY, restarts("FAILED", "primary FAILED 503"), HEALTHY],
      "anthropic-messages": [
        HEALTHY,
        { attempts: ["primary FAILED 503", "primary COMPLETED 200 retry delivers"] },
        { attempts: ["primary FAILED 503", "primary COMPLETED 200 retry delivers"] },
      ],
    },
  },
  {
    name: "a wrong key",
    primary: { faults: "unauthorized" },
    calls: [restarts("MISCONFIGURED", "primary MISCONFIGURED 401"), skipsPrimary("DISABLED")],
  },
];

const DIALECTS: readonly Dialect[] = ["openai-chat", "anthropic-messages"];

function makeWorkloads(dialect: Dialect): WorkloadSetup[] {
  const other = DIALECTS.find((each) => each !== dialect) ?? dialect;
  return TROUBLES.map(({ name, primary, backup = {}, limit }) => ({
    name: workloadOf(name, dialect),
    routes: [
      { ...primary, dialect },
      { ...backup, dialect: other },
    ],
    // Nothing but the defaults, and the one limit.
    policy: { first_token_timeout: undefined, stall_timeout: undefined, ...limit },
  }));
}

function workloadOf(name: string, dialect: Dialect): string {
  return `${dialect}-${TROUBLES.findIndex((trouble) => trouble.name === name)}`;
}

vi.setConfig({ maxConcurrency: 8 });
let stage: Stage;
beforeAll(async () => {
  stage = await startStage(createConnectClient, DIALECTS.flatMap(makeWorkloads));
  await stage.client.complete(ask("well"));
});
afterAll(() => stage?.close());

describe.each(DIALECTS)("the usual troubles of a primary that speaks %s, by the defaults:", (dialect) => {
  test.concurrent.for(TROUBLES)("$name", async ({ name, calls }) => {
    for (const expected of "length" in calls ? calls : calls[dialect])
      expectStream(await stage.client.stream(ask(workloadOf(name, dialect))), expected);
  });
});

test("the gateway is well after all that", () => expectWell(stage));
