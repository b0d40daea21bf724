/** What of a comparison's report an approval rests on. */

import type { Verdict_Result as VerdictResult } from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";

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
