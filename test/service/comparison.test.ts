import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import {
  type ComparisonFinished,
  ShapeDifference_Kind as Kind,
  Verdict_Result as Result,
  SampleResult_Run as Run,
} from "../../gen/ts/understudy/v1/comparison_service_pb.ts";
import {
  ResponseFormat_JsonSchemaSchema,
  ResponseFormatSchema,
  ToolSchema,
} from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { AttemptOutcome, CostSource } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import { CallRefused } from "../../src/call/refusal.ts";
import { inline, read, type StagedRoute, samples, stageComparison } from "./start-comparison.ts";

const BOOK = JSON.stringify({
  type: "object",
  properties: {
    title: { type: "string" },
    pages: { type: "integer" },
    tags: { type: "array", items: { type: "string" } },
  },
  required: ["title", "pages", "tags"],
});

const AS_JSON = {
  responseFormat: create(ResponseFormatSchema, { format: { case: "jsonObject", value: {} } }),
};
const BY_SCHEMA = {
  responseFormat: create(ResponseFormatSchema, {
    format: { case: "jsonSchema", value: create(ResponseFormat_JsonSchemaSchema, { schemaJson: BOOK }) },
  }),
};
const WITH_TOOL = { tools: [create(ToolSchema, { name: "look_up", description: "Looks up.", schemaJson: BOOK })] };

async function compare(
  routes: Readonly<Record<string, StagedRoute>>,
  request: Parameters<Awaited<ReturnType<typeof stageComparison>>["compare"]>[0],
) {
  const stage = await stageComparison(routes);
  try {
    return { ...(await read(stage.compare(request))), callCount: stage.callCount(), routes: stage.routes };
  } finally {
    await stage.close();
  }
}

function criterion(finished: ComparisonFinished | undefined, name: string) {
  return finished?.verdicts[0]?.criteria.find((each) => each.name === name);
}

test("plans every sample twice on the primary and once on the backup, and says how many samples a pass needs", async () => {
  const stage = await stageComparison({ primary: { model: "one" }, backup: { model: "two" } });
  try {
    const events = stage.compare({ samples: inline(...samples(160)), seed: 1n });
    for await (const { event } of events) {
      expect(event.case).toBe("planned");
      expect(event.value).toMatchObject({
        primary: "primary",
        backups: ["backup"],
        callCount: 480,
        sampleCount: 160,
        neededSampleCount: 149,
        seed: 1n,
        worstCaseCost: { source: CostSource.ESTIMATED },
      });
      break;
    }
    expect(stage.callCount()).toBe(0);
  } finally {
    await stage.close();
  }
});

test("runs what was planned, and passes a backup like the primary", async () => {
  const { planned, results, finished, callCount } = await compare(
    { primary: { model: "one+shorter=10" }, backup: { model: "two+shorter=10" } },
    { samples: inline(...samples(40)), acceptance: { shapeMargin: 0.1, errorMargin: 0.1 } },
  );
  expect(planned?.callCount).toBe(120);
  expect(callCount).toBe(120);
  expect(new Set(results.map(({ sample, run }) => `${sample} ${run}`)).size).toBe(120);
  expect(results.every(({ attempt }) => attempt?.outcome === AttemptOutcome.COMPLETED)).toBe(true);
  expect(results.every(({ response }) => response === undefined)).toBe(true);
  expect(finished?.incomplete).toBe(false);
  for (const name of ["shape", "cost", "errors"]) expect(criterion(finished, name)?.result).toBe(Result.PASS);
  expect(criterion(finished, "errors")).toMatchObject({ primary: 0, backup: 0, value: 0, limit: 0.1 });
});

test.each<[string, string, string, Partial<Parameters<typeof samples>[1]>, keyof typeof Kind]>([
  ["tells a third of the text", "two", "two+shorter=33", {}, "LENGTH"],
  ["declines", "two", "two+refuse", {}, "REFUSAL"],
  ["is stopped by a filter", "two", "two+content-filter-after=3", {}, "REFUSAL"],
  ["gives JSON other types", "two", "two+wrong-types", AS_JSON, "TYPES"],
  ["gives JSON other keys", "two", "two+break-schema", AS_JSON, "KEYS"],
  ["breaks the schema", "two", "two+break-schema", BY_SCHEMA, "SCHEMA_BROKEN"],
  ["does not call the tool", "two+tool-call", "two", WITH_TOOL, "TOOL_NAMES"],
  ["calls the tool with other types", "two+tool-call", "two+tool-call+wrong-types", WITH_TOOL, "TOOL_ARGUMENTS"],
])("fails a backup that %s", async (_, primary, backup, request, kind) => {
  const { results, finished } = await compare(
    { primary: { model: primary }, backup: { model: backup } },
    { samples: inline(...samples(30, request)) },
  );
  expect(finished?.verdicts[0]?.result).toBe(Result.FAIL);
  expect(criterion(finished, "shape")).toMatchObject({ result: Result.FAIL, primary: 0, backup: 1 });
  const told = results.filter(({ route, differences }) => route === "backup" && differences.length > 0);
  expect(new Set(told.map(({ sample }) => sample)).size).toBe(30);
  expect(told[0]?.differences.map((each) => each.kind)).toContain(Kind[kind]);
});

test("fails a backup that is dearer, and one that fails, each for its own reason", async () => {
  const { finished } = await compare(
    {
      primary: { model: "one" },
      dear: { model: "two", outputUsdPerMtok: 45 },
      broken: { model: "three+status=500" },
    },
    { samples: inline(...samples(5)) },
  );
  const [dear, broken] = finished?.verdicts ?? [];
  expect(dear?.criteria.filter(({ result }) => result === Result.FAIL).map(({ name }) => name)).toEqual(["cost"]);
  expect(broken?.criteria.filter(({ result }) => result === Result.FAIL).map(({ name }) => name)).toEqual(["errors"]);
  expect(broken?.outcomes).toContainEqual(expect.objectContaining({ outcome: AttemptOutcome.FAILED, backupCount: 5 }));
});

test("holds a primary's disagreement with itself against nobody", async () => {
  const { finished } = await compare(
    { primary: { model: "one+shorter=33+sometimes=30" }, backup: { model: "one+shorter=33+sometimes=30" } },
    { samples: inline(...samples(60)) },
  );
  const shape = criterion(finished, "shape");
  expect(shape?.primary).toBeGreaterThan(0.2);
  expect(shape?.result).not.toBe(Result.FAIL);
});

test("cuts answers on the primary and judges what the backup makes of them", async () => {
  const { results, finished } = await compare(
    {
      primary: { model: "one+shorter=20" },
      exact: { model: "two+shorter=20" },
      restarting: { model: "two+shorter=20+start-over-differently" },
    },
    { samples: inline(...samples(60)), switch: true },
  );
  const switched = results.filter(({ run }) => run === Run.SWITCH);
  expect(switched).toHaveLength(120);
  const [exact, restarting] = finished?.verdicts ?? [];
  expect(exact?.criteria.find(({ name }) => name === "switch_shape")).toMatchObject({ result: Result.PASS, backup: 0 });
  expect(restarting?.criteria.find(({ name }) => name === "switch_shape")).toMatchObject({ result: Result.FAIL });
});

test("does not cut JSON, which would be started afresh", async () => {
  const { planned, results } = await compare(
    { primary: { model: "one" }, backup: { model: "two" } },
    { samples: inline(...samples(3, AS_JSON)), switch: true },
  );
  expect(planned?.callCount).toBe(9);
  expect(results.some(({ run }) => run === Run.SWITCH)).toBe(false);
});

test("neither runs nor pays again what was done before an interruption", async () => {
  const stage = await stageComparison({ primary: { model: "one" }, backup: { model: "two" } });
  try {
    const request = { samples: inline(...samples(20)), seed: 7n };
    const done = [];
    const stopping = new AbortController();
    for await (const { event } of stage.compare(request, { signal: stopping.signal })) {
      if (event.case === "sampleResult") done.push(event.value);
      if (done.length === 25) break;
    }
    stopping.abort();
    const keys = new Set(done.map(({ sample, route, run }) => `${sample} ${route} ${run}`));
    const before = stage.callCount();
    const { planned, results, finished } = await read(stage.compare({ ...request, done }));
    expect(planned?.callCount).toBe(60 - keys.size);
    expect(stage.callCount() - before).toBe(60 - keys.size);
    expect(
      results.filter(({ sample, route, run }) => keys.has(`${sample} ${route} ${run}`) && run === Run.PRIMARY),
    ).toEqual([]);
    expect(finished?.verdicts[0]?.sampleCount).toBe(20);
  } finally {
    await stage.close();
  }
});

test("runs results of another model again", async () => {
  const stage = await stageComparison({ primary: { model: "one" }, backup: { model: "two" } });
  const other = await stageComparison({ primary: { model: "one" }, backup: { model: "three" } });
  try {
    const { results } = await read(other.compare({ samples: inline(...samples(5)) }));
    const { planned } = await read(stage.compare({ samples: inline(...samples(5)), done: results }));
    expect(planned?.callCount).toBe(5);
  } finally {
    await Promise.all([stage.close(), other.close()]);
  }
});

test("stops before a call that could pass the limit, and says that it is not whole", async () => {
  const { results, finished, callCount } = await compare(
    { primary: { model: "one" }, backup: { model: "two" } },
    { samples: inline(...samples(20, { maxOutputTokens: 1_000 })), maxTokens: 8_000n, maxCostMicroUsd: 1_000_000n },
  );
  expect(finished?.incomplete).toBe(true);
  expect(callCount).toBeGreaterThan(3);
  expect(callCount).toBeLessThan(30);
  const usage = finished?.usage;
  expect((usage?.inputTokens ?? 0n) + (usage?.outputTokens ?? 0n)).toBeLessThanOrEqual(8_000n);
  expect(results.length).toBeGreaterThan(0);
});

test("tells breakers and caps of live calls nothing", async () => {
  const stage = await stageComparison({ primary: { model: "one" }, backup: { model: "two+status=500" } });
  try {
    await read(stage.compare({ samples: inline(...samples(4)) }));
    const backup = stage.routes.get("backup");
    expect(backup?.refusal()).toBeUndefined();
    expect(backup?.describe().availability).toMatchObject({ inFlightCount: 0 });
  } finally {
    await stage.close();
  }
});

test("takes at most a tenth of a route's places", async () => {
  const stage = await stageComparison({
    primary: { model: "one+rate=2000", maxConcurrency: 30 },
    backup: { model: "two+rate=2000", maxConcurrency: 20 },
  });
  try {
    await read(stage.compare({ samples: inline(...samples(8)) }));
    expect(stage.mostOpen()).toBe(2);
  } finally {
    await stage.close();
  }
});

test("carries text only if it is asked for", async () => {
  const { results } = await compare(
    { primary: { model: "one" }, backup: { model: "two" } },
    { samples: inline(...samples(1)), includeText: true },
  );
  expect(results.map(({ response }) => response?.parts[0]?.kind.value)).toContainEqual(
    expect.stringContaining("The night ferry"),
  );
});

test("takes samples of a set that the configuration names", async () => {
  const folder = mkdtempSync(join(tmpdir(), "understudy-samples-"));
  const file = join(folder, "samples.jsonl");
  writeFileSync(file, '{"name":"a","request":{"messages":[{"role":"ROLE_USER","text":"Hello"}]}}\n\nnot JSON\n');
  const stage = await stageComparison(
    { primary: { model: "one" }, backup: { model: "two" } },
    new Map([["usual", file]]),
  );
  const bySet = { samples: { case: "sampleSet", value: "usual" } } as const;
  try {
    await expect(read(stage.compare(bySet))).rejects.toThrow(
      "the request is not valid: sample_set usual cannot be used: line 3 is not JSON",
    );
    writeFileSync(file, '{"name":"a","request":{"messages":[{"role":"ROLE_USER","text":"Hello"}]}}\n');
    expect((await read(stage.compare(bySet))).planned?.sampleCount).toBe(1);
    await expect(read(stage.compare({ samples: { case: "sampleSet", value: "other" } }))).rejects.toThrow(
      "sample set other is not configured; there are: usual",
    );
    const scope = { workloads: new Set(["summaries"]), routes: new Set(["primary", "backup"]), routePrefixes: [] };
    for (const value of ["usual", "other"]) {
      const asked = read(
        stage.compare({ samples: { case: "sampleSet", value } }, { caller: { name: "batch", scope } }),
      );
      await expect(asked).rejects.toThrow("may not use the server's sample sets; give the samples in the request");
    }
  } finally {
    await stage.close();
    rmSync(folder, { recursive: true });
  }
});

test.each([
  [{ workload: "other" }, "workload other is not configured"],
  [{ backups: ["nobody"] }, "route nobody is not configured"],
  [{ backups: ["primary"] }, "backups names the primary itself"],
  [{ backups: ["provider/model"] }, "requests may name configured routes only"],
  [{ samples: inline() }, "inline.samples is empty"],
  [{ samples: inline(...samples(2), ...samples(1)) }, "inline.samples[2].name is the name of an earlier sample too"],
  [{ samples: inline(...samples(1, { temperature: 9 })) }, "inline.samples[0].request.temperature"],
  [{ acceptance: { shapeMargin: 2 } }, "acceptance.shape_margin is out of range; give 0.001 to 1"],
  [{ maxTokens: 0n }, "max_tokens is not above 0"],
])("refuses %o", async (wrong, message) => {
  const stage = await stageComparison({ primary: { model: "one" }, backup: { model: "two" } });
  try {
    const request = { samples: inline(...samples(1)), ...wrong };
    await expect(read(stage.compare(request))).rejects.toThrow(message);
    await expect(read(stage.compare(request))).rejects.toBeInstanceOf(CallRefused);
    expect(stage.callCount()).toBe(0);
  } finally {
    await stage.close();
  }
});

test.each([
  [15, undefined, /max_cost_micro_usd is missing; give it, or max_tokens: 3 calls can take \$\d+\.\d\d and \d+ tokens/],
  [undefined, 1_000_000n, /max_tokens is missing, and the price of a route is not known: 3 calls can take \d+ tokens/],
])("makes no call without a limit that holds (price %s, limit %s)", async (price, maxCostMicroUsd, message) => {
  const stage = await stageComparison({ primary: { model: "one" }, backup: { model: "two", outputUsdPerMtok: price } });
  try {
    const limits = maxCostMicroUsd === undefined ? {} : { maxCostMicroUsd };
    await expect(read(stage.compareAsAsked({ samples: inline(...samples(1)), ...limits }))).rejects.toThrow(message);
    expect(stage.callCount()).toBe(0);
  } finally {
    await stage.close();
  }
});
