/** What of a comparison's report an approval rests on. */

import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import {
  ComparisonFinishedSchema,
  ComparisonPlannedSchema,
  SampleResultSchema,
  type Verdict_Result as VerdictResult,
} from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";

/** What the report says, and which report it was. */
export interface Evidence {
  /** What the report says of the route. */
  readonly verdict: VerdictResult;
  /** Hash of the report's file, in hexadecimal digits. */
  readonly reportSha256: string;
  /** The route that the route was compared with. */
  readonly primary: string;
  /** Models that answered on the route. */
  readonly models: readonly string[];
}

/** Largest report in bytes: a thousand samples on nine routes, with all their text, stay below. */
const MAX_REPORT_BYTES = 256 * 1024 * 1024;

/**
 * Reads what a report that `understudy compare --json` wrote says of `route`. Fails if it is no report, or one of
 * something else.
 */
export function readEvidence(file: string, workload: string, route: string): Evidence {
  const bytes = readReport(file);
  const report = parseReport(bytes, file);
  if (report.workload !== workload) {
    throw new Error(`${file} compares workload ${report.workload}, not ${workload}: name another report`);
  }
  const verdict = report.finished.verdicts.find((each) => each.route === route);
  if (verdict === undefined) {
    const judged = report.finished.verdicts.map((each) => each.route).join(", ");
    throw new Error(`${file} has no verdict on ${route}, but on: ${judged === "" ? "none" : judged}`);
  }
  const models = report.results.flatMap(({ attempt }) => (attempt?.route === route ? [attempt.model] : []));
  return {
    verdict: verdict.result,
    reportSha256: createHash("sha256").update(bytes).digest("hex"),
    primary: report.planned.primary,
    models: [...new Set(models)],
  };
}

function readReport(file: string): Buffer {
  try {
    if (statSync(file).size <= MAX_REPORT_BYTES) return readFileSync(file);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    throw new Error(`the report ${file} cannot be read (${code})`, { cause: error });
  }
  throw new Error(`the report ${file} is larger than 256 MiB: check that this is the right file`);
}

function parseReport(bytes: Buffer, file: string) {
  try {
    const { workload, planned, finished, results }: Record<string, JsonValue> = JSON.parse(bytes.toString("utf8"));
    const options = { ignoreUnknownFields: true };
    return {
      workload: typeof workload === "string" ? workload : "",
      planned: fromJson(ComparisonPlannedSchema, planned ?? {}, options),
      finished: fromJson(ComparisonFinishedSchema, finished ?? {}, options),
      results: (Array.isArray(results) ? results : []).map((each) => fromJson(SampleResultSchema, each, options)),
    };
  } catch {
    // The parser's own words may quote the report, which may hold answers.
    throw new Error(`${file} is not a report: write one by understudy compare --json ${file}`);
  }
}
