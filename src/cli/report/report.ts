/** What a report is made of. */

import type {
  ComparisonFinished,
  ComparisonPlanned,
  Sample,
  SampleResult,
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
