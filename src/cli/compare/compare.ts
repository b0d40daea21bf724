/** `understudy compare`: runs a comparison, shows its progress, keeps its results and reports. */

import { randomInt } from "node:crypto";
import {
  type CompareRoutesRequest,
  type ComparisonFinished,
  type ComparisonPlanned,
  Verdict_Result as Result,
  type SampleResult,
  type Verdict,
} from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";
import type { Server } from "../client/connect-server.ts";
import { ExitCode } from "../exit-code.ts";
import type { Report } from "../report/report.ts";
import { writeReports } from "../report/write-reports.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { type CompareOptions, makeComparisonKey, makeComparisonRequest } from "./comparison-request.ts";
import { createProgressView, formatPlanned } from "./progress-view.ts";
import { readSamples } from "./read-samples.ts";
import { openRunFile, type RunFile } from "./run-file.ts";

/** Largest seed that is chosen: easy to type again. */
const MAX_CHOSEN_SEED = 2 ** 31;

/** Compares, and returns the exit code that the verdicts stand for. */
export async function compare(
  server: Server,
  options: CompareOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const samples = options.samples === undefined ? [] : readSamples(options.samples);
  const request = makeComparisonRequest(options, samples);
  const wantedSeed = options.seed === undefined ? undefined : BigInt(options.seed);
  const seed = wantedSeed ?? BigInt(randomInt(MAX_CHOSEN_SEED));
  const run = openRunFile({ path: options.run, key: makeComparisonKey(request), seed, wantedSeed });
  request.seed = run.seed;
  request.done = latest(run.done).map(withoutAnswer);
  const told = await runComparison(server, request, run, terminal, signal);
  if (!told.finished.incomplete) run.finish();
  const report: Report = { ...told, workload: request.workload, samples, createTimeMs: Date.now() };
  await writeReports(report, { ...options, includeText: options.includeText ?? false }, terminal);
  return verdictExitCode(told.finished.verdicts);
}

interface Told {
  readonly planned: ComparisonPlanned;
  readonly results: readonly SampleResult[];
  readonly finished: ComparisonFinished;
}

async function runComparison(
  server: Server,
  request: CompareRoutesRequest,
  run: RunFile,
  { err }: Terminal,
  signal: AbortSignal,
): Promise<Told> {
  const results = [...run.done];
  const view = createProgressView(err);
  let planned: ComparisonPlanned | undefined;
  let finished: ComparisonFinished | undefined;
  try {
    for await (const { event } of server.comparison.compareRoutes(request, { signal })) {
      if (event.case === "planned") {
        planned = event.value;
        await err.write(`${formatPlanned(event.value, run.done.length > 0).join("\n")}\n`);
      } else if (event.case === "sampleResult") {
        run.append(event.value);
        results.push(event.value);
        await view.show(event.value, planned?.callCount ?? 0);
      } else if (event.case === "finished") finished = event.value;
    }
  } catch (error) {
    await view.end();
    if (results.length > 0) await err.write(`${formatKept(results, run)}\n`);
    throw error;
  }
  await view.end();
  if (planned === undefined || finished === undefined) throw new Error("the comparison ended without its verdicts");
  if (finished.incomplete)
    await err.write(`the comparison is not whole: a limit was reached\n${formatKept(results, run)}\n`);
  return { planned, results: latest(results), finished };
}

function formatKept(results: readonly SampleResult[], { path }: RunFile): string {
  return `${latest(results).length} results are kept for 7 days in ${path}: the same command goes on from there`;
}

/** Each result once: a later one replaces an earlier one, whose answer it may lack. */
function latest(results: readonly SampleResult[]): SampleResult[] {
  const found = new Map<string, SampleResult>();
  for (const result of results) {
    const key = `${result.run} ${result.route} ${result.sample}`;
    const answer = result.response ?? found.get(key)?.response;
    found.set(key, answer === undefined ? result : { ...result, response: answer });
  }
  return [...found.values()];
}

/** The server needs the shape only; the answer stays in the run file. */
function withoutAnswer(result: SampleResult): SampleResult {
  const { response: _response, ...rest } = result;
  return { ...rest, differences: [] };
}

/** The worst of the verdicts. */
function verdictExitCode(verdicts: readonly Verdict[]): number {
  if (verdicts.some(({ result }) => result === Result.FAIL)) return ExitCode.failure;
  return verdicts.every(({ result }) => result === Result.PASS) ? ExitCode.ok : ExitCode.inconclusive;
}
