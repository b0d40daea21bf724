import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import {
  type ComparisonFinished,
  ShapeDifference_Kind as Kind,
  SampleResult_Run as Run,
  type SampleResult,
  SampleResultSchema,
  ShapeDifferenceSchema,
} from "../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { AttemptSchema } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import { inline, read, type StagedRoute, samples, stageComparison, type Told } from "./start-comparison.ts";

const SHORT = "+shorter=10";

/** A primary and a backup that tells much less. */
const UNLIKE = { primary: { model: `one${SHORT}` }, backup: { model: "two+shorter=3" } };
const ALIKE = { primary: { model: `one${SHORT}` }, backup: { model: `two${SHORT}` } };

interface Resumed {
  readonly whole: Told;
  readonly resumed: Told;
  /** Calls that the second comparison made. */
  readonly callCount: number;
}

/** Compares, then once more with what `keep` makes of the results. */
async function resume(
  routes: Readonly<Record<string, StagedRoute>>,
  keep: (results: SampleResult[]) => SampleResult[],
  sampleCount = 2,
): Promise<Resumed> {
  const stage = await stageComparison(routes);
  try {
    const request = { samples: inline(...samples(sampleCount)), seed: 7n };
    const whole = await read(stage.compare(request));
    const before = stage.callCount();
    const resumed = await read(stage.compare({ ...request, done: keep(whole.results) }));
    return { whole, resumed, callCount: stage.callCount() - before };
  } finally {
    await stage.close();
  }
}

/** As a run has them that ended before their sample's primary had answered. */
function undecided(results: readonly SampleResult[], run: SampleResult["run"]): SampleResult[] {
  const latest = new Map(results.filter((each) => each.run === run).map((each) => [each.sample, each]));
  return [...latest.values()].map((result) => create(SampleResultSchema, { ...result, differences: [] }));
}

/** What is told of a run: its sample and its kinds of differences. */
function told({ results }: Told, run: SampleResult["run"]) {
  return results
    .filter((each) => each.run === run)
    .map(({ sample, differences }) => [sample, differences.map(({ kind }) => kind)] as const)
    .sort(([one], [other]) => one.localeCompare(other));
}

function shapeOf(finished: ComparisonFinished | undefined) {
  return finished?.verdicts[0]?.criteria.find(({ name }) => name === "shape");
}

test("sends an earlier result again with its differences once its primary has answered", async () => {
  const { whole, resumed, callCount } = await resume(UNLIKE, (results) => undecided(results, Run.BACKUP));
  expect(callCount).toBe(4);
  expect(told(resumed, Run.BACKUP)).toEqual([
    ["sample-1", [Kind.LENGTH]],
    ["sample-2", [Kind.LENGTH]],
  ]);
  expect(resumed.results.map(({ sample }) => sample).sort()).toEqual([
    "sample-1",
    "sample-1",
    "sample-1",
    "sample-2",
    "sample-2",
    "sample-2",
  ]);
  expect(shapeOf(resumed.finished)).toMatchObject({ backup: 1, primary: 0 });
  expect(shapeOf(resumed.finished)).toEqual(shapeOf(whole.finished));
});

test("sends the primary's own second answer again too", async () => {
  const primary = { model: "one+shorter=10" };
  const { resumed } = await resume({ ...ALIKE, primary }, (results) =>
    undecided(results, Run.PRIMARY_AGAIN).map((result) => {
      // As if the primary had told much more when it was asked again.
      if (result.shape !== undefined) result.shape.textCharacters *= 20n;
      return result;
    }),
  );
  expect(told(resumed, Run.PRIMARY_AGAIN)).toEqual([
    ["sample-1", [Kind.LENGTH]],
    ["sample-2", [Kind.LENGTH]],
  ]);
  expect(shapeOf(resumed.finished)).toMatchObject({ backup: 0, primary: 1 });
});

test("sends no earlier result again that is like its primary's", async () => {
  const { resumed, callCount } = await resume(ALIKE, (results) => undecided(results, Run.BACKUP));
  expect(callCount).toBe(4);
  expect(told(resumed, Run.BACKUP)).toEqual([]);
});

test("sends no earlier result again whose primary had answered, and keeps what was told of it", async () => {
  const difference = create(ShapeDifferenceSchema, { kind: Kind.REFUSAL });
  const { resumed, callCount } = await resume(UNLIKE, (results) =>
    results
      .filter(({ run }) => run !== Run.PRIMARY_AGAIN)
      .map((result) => (result.run === Run.BACKUP ? { ...result, differences: [difference] } : result)),
  );
  expect(callCount).toBe(2);
  expect(resumed.results.map(({ run }) => run)).toEqual([Run.PRIMARY_AGAIN, Run.PRIMARY_AGAIN]);
  expect(shapeOf(resumed.finished)).toMatchObject({ backup: 1 });
});

test("gives a new result the differences from an earlier primary's", async () => {
  const { resumed, callCount } = await resume(UNLIKE, (results) => results.filter(({ run }) => run !== Run.BACKUP));
  expect(callCount).toBe(2);
  expect(told(resumed, Run.BACKUP)).toEqual([
    ["sample-1", [Kind.LENGTH]],
    ["sample-2", [Kind.LENGTH]],
  ]);
});

test("says which of the two answers differs in what", async () => {
  const { resumed } = await resume(UNLIKE, (results) => undecided(results, Run.BACKUP), 1);
  const [difference] = resumed.results.find(({ run }) => run === Run.BACKUP)?.differences ?? [];
  const lengthOf = (run: SampleResult["run"]) =>
    resumed.results.find((each) => each.run === run)?.shape?.textCharacters;
  expect(difference?.expected).toContain(String(lengthOf(Run.PRIMARY)));
  expect(difference?.actual).toContain(String(lengthOf(Run.BACKUP)));
});

test("judges no sample that is not compared any more", async () => {
  const stage = await stageComparison(ALIKE);
  try {
    const { results } = await read(stage.compare({ samples: inline(...samples(3)) }));
    const { finished, planned } = await read(stage.compare({ samples: inline(...samples(1)), done: results }));
    expect(planned?.callCount).toBe(0);
    expect(finished?.verdicts[0]?.sampleCount).toBe(1);
  } finally {
    await stage.close();
  }
});

test("makes no call where everything is done, and judges as before", async () => {
  const { whole, resumed, callCount } = await resume(UNLIKE, (results) => results);
  expect(callCount).toBe(0);
  expect(resumed.results).toEqual([]);
  expect(resumed.planned?.callCount).toBe(0);
  expect(resumed.finished?.verdicts).toEqual(whole.finished?.verdicts);
});

test.each<[string, (result: SampleResult) => SampleResult]>([
  ["another sample", (result) => ({ ...result, sample: "sample-9" })],
  ["another route", (result) => ({ ...result, route: "elsewhere" })],
  ["another model", (result) => ({ ...result, attempt: create(AttemptSchema, { route: "backup", model: "old" }) })],
  [
    "an attempt on another route",
    (result) => ({ ...result, attempt: create(AttemptSchema, { route: "elsewhere", model: `two${SHORT}` }) }),
  ],
  ["no attempt", ({ sample, route, run }) => create(SampleResultSchema, { sample, route, run })],
])("runs a trial again whose result is of %s", async (_, change) => {
  const { callCount, resumed } = await resume(
    ALIKE,
    (results) => results.map((result) => (result.run === Run.BACKUP ? change(result) : result)),
    1,
  );
  expect(callCount).toBe(1);
  expect(resumed.finished?.verdicts[0]?.sampleCount).toBe(1);
});
