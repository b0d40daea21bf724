/** What one configuration means for those who call. A call keeps the one that it began with. */

import type { Services } from "../service/services.ts";
import type { Callers } from "./admission/callers.ts";
import type { EdgeLimits } from "./edge-limits.ts";

/** The edge's part of a configuration. */
export interface EdgeGeneration {
  readonly services: Services;
  readonly limits: EdgeLimits;
  readonly callers: Callers;
  /** Origins whose pages may call, or `*`. */
  readonly corsOrigins: readonly string[];
  /** Names in `Host` that are this server's own beside those of this machine. */
  readonly allowedHosts: readonly string[];
  /** An exchange begins. The function that is returned is called once, when its response is closed. */
  enter(): () => void;
}
