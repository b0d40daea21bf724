import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { ConfigSchema, type WorkloadSchema } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { CapabilitiesSchema, Continuation } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import { Switch } from "../../gen/ts/understudy/v1/routing_pb.ts";
import { checkRoutes } from "../../src/plan/check-routes.ts";

type Abilities = MessageInitShape<typeof CapabilitiesSchema> & { readonly cap?: number };

const EVERYTHING = {
  tools: true,
  images: true,
  jsonSchema: true,
  reasoning: true,
  temperature: true,
  continuation: Continuation.INSTRUCT,
} as const;

/** Checks workloads over these routes; all routes can everything unless they say otherwise. */
function check(workloads: Record<string, MessageInitShape<typeof WorkloadSchema>>, routes: Record<string, Abilities>) {
  return checkRoutes(create(ConfigSchema, { workloads }), (name) => {
    const { cap, ...abilities } = routes[name] ?? {};
    return { capabilities: create(CapabilitiesSchema, { ...EVERYTHING, ...abilities }), maxConcurrency: cap };
  });
}

const pair = { summaries: { primary: "direct", backups: ["azure"] } };

test("finds nothing where backups can what their primary can", () => {
  expect(check(pair, {})).toEqual([]);
  expect(check({ alone: { primary: "direct" } }, { direct: { cap: 5 } })).toEqual([]);
});

/** A window that a route declares, or none. */
function takes(tokens: bigint | undefined): Abilities {
  return tokens === undefined ? {} : { contextWindowTokens: tokens };
}

describe("a backup", () => {
  test.each<[keyof typeof EVERYTHING & ("tools" | "images" | "jsonSchema" | "reasoning" | "temperature"), string]>([
    ["tools", "tools"],
    ["images", "images"],
    ["jsonSchema", "answers by JSON schema"],
    ["reasoning", "reasoning effort"],
    ["temperature", "temperature and top_p"],
  ])("without %s is told of if its primary has it", (ability, words) => {
    expect(check(pair, { azure: { [ability]: false } })).toEqual([
      {
        path: "workloads.summaries.backups[0]",
        message: `azure does not carry ${words}, which direct does`,
        mend: "requests that need it will not fail over to it",
      },
    ]);
    expect(check(pair, { azure: { [ability]: false }, direct: { [ability]: false } })).toEqual([]);
    expect(check(pair, { direct: { [ability]: false } })).toEqual([]);
  });

  test("that cannot go on is told of unless nobody asks it to", () => {
    const routes = { azure: { continuation: Continuation.NONE } };
    expect(check(pair, routes)).toEqual([
      {
        path: "workloads.summaries.backups[0]",
        message: "azure cannot go on with an answer that direct began",
        mend: "give it `continuation: instruct`, or set `policy.switch: never`",
      },
    ]);
    const under = (policy: object) => check({ summaries: { ...pair.summaries, policy } }, routes);
    expect(under({ switch: Switch.NEVER })).toEqual([]);
    expect(under({ switch: Switch.CONTINUE })).toHaveLength(1);
    expect(under({ maxAttempts: 2 })).toHaveLength(1);
  });

  test.each<[attempts: number | undefined, backups: number, found: readonly string[][]]>([
    [undefined, 2, []],
    [3, 2, []],
    [2, 2, [["backups[1]", "b2 is never asked where the 2 attempts of max_attempts failed before it", "to 3"]]],
    [1, 3, [["backups[0]", "b1 is never asked where the only attempt failed before it", "to 4"]]],
    [undefined, 8, [["backups[7]", "b8 is never asked where the 8 attempts of max_attempts failed before it", "last"]]],
    [7, 8, [["backups[6]", "b7 is never asked where the 7 attempts of max_attempts failed before it", "last"]]],
  ])("that %s attempts do not reach is told of: %s backups", (maxAttempts, count, found) => {
    const backups = Array.from({ length: count }, (_, index) => `b${index + 1}`);
    const policy = maxAttempts === undefined ? {} : { policy: { maxAttempts } };
    const told = check({ summaries: { primary: "direct", backups, ...policy } }, {});
    expect(told).toEqual(
      found.map(([at, message, mend]) => ({
        path: `workloads.summaries.${at}`,
        message,
        mend: expect.stringContaining(mend ?? ""),
      })),
    );
  });

  test("may follow a primary that cannot go on itself", () => {
    expect(check(pair, { direct: { continuation: Continuation.NONE } })).toEqual([]);
  });

  test.each([
    [200_000n, 128_000n, ["azure takes 128000 tokens, direct takes 200000"]],
    [128_000n, 128_000n, []],
    [128_000n, 200_000n, []],
    [undefined, 128_000n, []],
    [200_000n, undefined, []],
  ])("whose primary takes %s tokens takes %s", (primary, backup, messages) => {
    const found = check(pair, { direct: takes(primary), azure: takes(backup) });
    expect(found.map(({ message }) => message)).toEqual(messages);
    for (const { mend } of found) expect(mend).toBe("longer conversations will not fail over to it");
  });

  test("is told of at its own place, and with all that is wrong", () => {
    const workloads = { summaries: { primary: "direct", backups: ["azure", "local"] } };
    const found = check(workloads, { local: { tools: false, continuation: Continuation.NONE } });
    expect(found.map(({ path }) => path)).toEqual(["workloads.summaries.backups[1]", "workloads.summaries.backups[1]"]);
  });
});

describe("the cap of a first backup", () => {
  const workloads = {
    mails: { primary: "one", backups: ["backup", "last"] },
    chats: { primary: "two", backups: ["backup"] },
  };

  test("is told of if the primaries that fall on it take more", () => {
    expect(check(workloads, { one: { cap: 6 }, two: { cap: 5 }, backup: { cap: 10 } })).toEqual([
      {
        path: "workloads.mails.backups[0]",
        message: "backup takes 10 attempts at a time, the primaries that fall on it (one, two) take 11",
        mend: "raise its max_concurrency, or give some workloads another backup",
      },
    ]);
  });

  test.each<[string, Record<string, Abilities>]>([
    ["is as large as they", { one: { cap: 5 }, two: { cap: 5 }, backup: { cap: 10 } }],
    ["is not declared", { one: { cap: 50 }, two: { cap: 50 } }],
    ["is that of a second backup", { one: { cap: 5 }, two: { cap: 5 }, last: { cap: 1 } }],
    ["stands over primaries that declare none", { backup: { cap: 1 } }],
  ])("is not told of if it %s", (_, routes) => {
    expect(check(workloads, routes)).toEqual([]);
  });

  test("counts a primary of two workloads once", () => {
    const shared = { mails: { primary: "one", backups: ["backup"] }, chats: { primary: "one", backups: ["backup"] } };
    expect(check(shared, { one: { cap: 6 }, backup: { cap: 10 } })).toEqual([]);
  });
});
