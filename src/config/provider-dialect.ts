/** Knows which wire format a provider speaks. */

import { Dialect, type Provider } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { PLATFORM_RULES } from "./platform-rules.ts";

/** The dialect of a provider: as configured, else the platform's only one. */
export function providerDialect({ platform, dialect }: Provider): Dialect {
  return dialect === Dialect.UNSPECIFIED ? (PLATFORM_RULES.get(platform)?.dialect ?? dialect) : dialect;
}
