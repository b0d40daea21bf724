/** Says by an exit code whether the backups will do. */

import { Verdict_Result as Result, type Verdict } from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { ExitCode } from "../exit-code.ts";

/** The worst of the verdicts. */
export function verdictExitCode(verdicts: readonly Verdict[]): number {
  if (verdicts.some(({ result }) => result === Result.FAIL)) return ExitCode.failure;
  return verdicts.every(({ result }) => result === Result.PASS) ? ExitCode.ok : ExitCode.inconclusive;
}
