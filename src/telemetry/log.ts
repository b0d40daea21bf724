/** The program's log: one JSON object a line on stderr, without prompts, answers and keys. */

import pino, { type DestinationStream, type Logger } from "pino";

/** Writes log lines. Fields are names and numbers; never text of a request, an answer or an upstream. */
export type Log = Logger;

/** Creates the log. `level` is one of pino's; default `info`. `destination` defaults to stderr. */
export function createLog(level = "info", destination: DestinationStream = pino.destination(2)): Log {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}
