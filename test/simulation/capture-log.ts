/** A log that keeps what the engine says about the ends of attempts. */

import { createLog, type Log } from "../../src/telemetry/log.ts";

/** The end of an attempt that did not complete its answer. */
export interface LoggedEnd {
  readonly requestId: string;
  readonly route: string;
  readonly attempt: number;
  readonly outcome: string;
  /** The kind of the upstream's failure, if it was one. */
  readonly failure?: string;
  readonly message: string;
}

/** pino's number for errors. */
const ERROR_LEVEL = 50;

/** Creates the log with what it keeps. */
export function captureLog(): { readonly log: Log; readonly ends: LoggedEnd[]; readonly errors: string[] } {
  const ends: LoggedEnd[] = [];
  const errors: string[] = [];
  const write = (line: string): void => {
    const { level, msg, err, ...fields } = JSON.parse(line);
    if (level >= ERROR_LEVEL) errors.push(String(err?.message ?? msg));
    else ends.push({ ...fields, message: msg });
  };
  return { log: createLog("debug", { write }), ends, errors };
}
