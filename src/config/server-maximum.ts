/** The longest `total_timeout` that the configuration allows. */

import { durationMs } from "@bufbuild/protobuf/wkt";
import type { Config } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { SERVER_DEFAULTS } from "./server-defaults.ts";

/** In milliseconds. Needs no checked configuration. */
export function serverMaximumMs(config: Config): number {
  const configured = config.server?.maxTotalTimeout;
  return configured === undefined ? SERVER_DEFAULTS.maxTotalTimeoutMs : durationMs(configured);
}
