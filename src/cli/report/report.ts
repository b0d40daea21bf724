/** What a report is made of, and the report as JSON. */

import { toJson } from "@bufbuild/protobuf";
import {
  type ComparisonFinished,
  ComparisonFinishedSchema,
  type ComparisonPlanned,
  ComparisonPlannedSchema,
  type Sample,
  type SampleResult,
  SampleResultSchema,
} from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";

export interface Report {
  readonly workload: string;
  readonly planned: ComparisonPlanned;
  /** Each result once. */
  readonly results: readonly SampleResult[];
  readonly finished: ComparisonFinished;
  /** The samples, as far as they are known here; shown only where text is. */
  readonly samples: readonly Sample[];
  readonly createTimeMs: number;
}

/** One JSON document: protobuf JSON of the plan, the results and the verdicts. Answers only with `includeText`. */
export function formatReportJson(report: Report, includeText: boolean): string {
  const { workload, planned, results, finished, createTimeMs } = report;
  const told = includeText ? results : results.map(withoutText);
  const document = {
    workload,
    createTime: new Date(createTimeMs).toISOString(),
    planned: toJson(ComparisonPlannedSchema, planned),
    finished: toJson(ComparisonFinishedSchema, finished),
    results: told.map((result) => toJson(SampleResultSchema, result)),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function withoutText(result: SampleResult): SampleResult {
  const { response: _response, ...rest } = result;
  return rest;
}
