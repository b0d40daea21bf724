/** Writes a report as JSON. */

import { toJson } from "@bufbuild/protobuf";
import {
  ComparisonFinishedSchema,
  ComparisonPlannedSchema,
  type SampleResult,
  SampleResultSchema,
} from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";
import type { Report } from "./report.ts";

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
