/** Node's own warnings, as lines of the log. */

import { describeFault } from "./describe-fault.ts";
import type { Log } from "./log.ts";

/**
 * Writes the process's warnings into the log from now on. Node would write them to stderr itself and, where that is a
 * pipe, wait until somebody takes them.
 */
export function logWarnings(log: Log): void {
  process.removeAllListeners("warning");
  process.on("warning", (warning) => log.warn(describeFault(warning), "a warning of Node"));
}
