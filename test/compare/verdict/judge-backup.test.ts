import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import {
  AnswerShapeSchema,
  Verdict_Result as Result,
  SampleResult_Run as Run,
  type SampleResult,
  SampleResultSchema,
} from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { FinishReason } from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import { AttemptOutcome } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { resolveMargins } from "../../../src/compare/margins.ts";
import { createSeededRandom } from "../../../src/compare/seeded-random.ts";
import { judgeBackup } from "../../../src/compare/verdict/judge-backup.ts";

const MARGINS = resolveMargins([]);

/** How a simulated backup differs from its primary. */
interface Traits {
  /** Share of the primary's second answers with another shape. */
  readonly primaryNoise: number;
  readonly backupNoise: number;
  /** How many times longer its calls take. */
  readonly slowness: number;
  readonly dearness: number;
  readonly errors: number;
}

const RIGHT: Traits = { primaryNoise: 0.05, backupNoise: 0.05, slowness: 1, dearness: 1, errors: 0 };

/** Records what a comparison of `count` samples would give. */
function record(seed: number, traits: Traits, count = 200): SampleResult[] {
  const random = createSeededRandom(BigInt(seed), "record");
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const make = (index: number, run: SampleResult["run"], noise: number, slowness: number, microUsd: number) => {
    const firstMs = 600 * slowness * Math.exp(0.35 * normal());
    const totalMs = firstMs + 4_000 * slowness * Math.exp(0.4 * normal());
    const isBackup = run === Run.BACKUP;
    const result = create(SampleResultSchema, {
      sample: `sample-${index}`,
      route: isBackup ? "backup" : "primary",
      run,
      attempt: {
        route: isBackup ? "backup" : "primary",
        outcome: AttemptOutcome.COMPLETED,
        timeToFirstToken: durationFromMs(Math.round(firstMs)),
        duration: durationFromMs(Math.round(totalMs)),
        usage: { outputTokens: 300n },
        cost: { microUsd: BigInt(Math.round(microUsd * (0.9 + 0.2 * random()))) },
      },
      generationTime: durationFromMs(Math.round(totalMs - firstMs)),
    });
    if (isBackup && random() < traits.errors) {
      if (result.attempt !== undefined) result.attempt.outcome = AttemptOutcome.FAILED;
      return result;
    }
    const finishReason = random() < noise ? FinishReason.LENGTH : FinishReason.STOP;
    result.shape = create(AnswerShapeSchema, { finishReason, textCharacters: 900n });
    return result;
  };
  return Array.from({ length: count }, (_, index) => {
    const microUsd = 5_000 * Math.exp(0.5 * normal());
    return [
      make(index, Run.PRIMARY, 0, 1, microUsd),
      make(index, Run.PRIMARY_AGAIN, traits.primaryNoise, 1, microUsd),
      make(index, Run.BACKUP, traits.backupNoise, traits.slowness, microUsd * traits.dearness),
    ];
  }).flat();
}

function judge(results: readonly SampleResult[]) {
  return judgeBackup(results, { primary: "primary", backup: "backup", margins: MARGINS });
}

test("fails a right backup in none of 100 runs, and passes it in most", () => {
  const verdicts = Array.from({ length: 100 }, (_, seed) => judge(record(seed, RIGHT)).result);
  expect(verdicts.filter((result) => result === Result.FAIL)).toEqual([]);
  expect(verdicts.filter((result) => result === Result.PASS).length).toBeGreaterThan(60);
});

test.each([
  ["disagrees with itself", 0.05],
  ["always gives the same", 0],
])(
  "beside a primary that %s, lets a backup at a limit pass it in at most one of twenty runs",
  (_, primaryNoise) => {
    const atEachLimit: Traits = {
      primaryNoise,
      backupNoise: primaryNoise + MARGINS.shapeMargin,
      slowness: MARGINS.totalRatio,
      dearness: MARGINS.costRatio,
      errors: MARGINS.errorMargin,
    };
    const passes = new Map<string, number>();
    for (let seed = 0; seed < 1_000; seed++) {
      for (const { name, result } of judge(record(seed, atEachLimit, 150)).criteria) {
        passes.set(name, (passes.get(name) ?? 0) + (result === Result.PASS ? 1 : 0));
      }
    }
    expect([...passes.keys()]).toEqual(["shape", "first_token", "total", "cost", "errors"]);
    for (const [name, count] of passes) expect(count, name).toBeLessThanOrEqual(50);
  },
  60_000,
);

test.each<[string, Partial<Traits>]>([
  ["differs", { backupNoise: 0.4 }],
  ["is slow", { slowness: 3 }],
  ["is dear", { dearness: 3 }],
  ["fails", { errors: 0.2 }],
])("fails a backup that certainly %s", (_, traits) => {
  expect(judge(record(1, { ...RIGHT, ...traits })).result).toBe(Result.FAIL);
});

test("cannot tell from a few samples", () => {
  const verdict = judge(record(1, RIGHT, 20));
  expect(verdict.result).toBe(Result.INCONCLUSIVE);
  expect(verdict.criteria.find(({ name }) => name === "total")?.upperBound).toBeUndefined();
});

test("cannot tell from none", () => {
  const verdict = judge([]);
  expect(verdict).toMatchObject({ result: Result.INCONCLUSIVE, sampleCount: 0, unknownCostShare: 0 });
  expect(verdict.criteria.every(({ result }) => result === Result.INCONCLUSIVE)).toBe(true);
});

test("does not pass a backup whose cost is not known, and says how much of it", () => {
  const results = record(1, RIGHT);
  for (const { attempt, run } of results) if (attempt !== undefined && run === Run.BACKUP) delete attempt.cost;
  const verdict = judge(results);
  expect(verdict.result).toBe(Result.INCONCLUSIVE);
  expect(verdict.unknownCostShare).toBeCloseTo(1 / 3);
});

test("takes the later of two results of the same run", () => {
  const results = record(1, RIGHT, 150);
  const bad = record(2, { ...RIGHT, errors: 1 }, 150).filter(({ run }) => run === Run.BACKUP);
  expect(judge([...results, ...bad]).criteria.find(({ name }) => name === "errors")?.backup).toBe(1);
  expect(judge([...bad, ...results]).criteria.find(({ name }) => name === "errors")?.backup).toBe(0);
});
