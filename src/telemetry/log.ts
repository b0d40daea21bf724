/** The program's log: one JSON object a line, without prompts, answers and keys. */

import pino, { type DestinationStream, type Logger } from "pino";

import { createLogWriter } from "./log-writer.ts";
import { openSink } from "./open-sink.ts";

/** Writes log lines. Fields are names and numbers; never text of a request, an answer or an upstream. */
export type Log = Logger;

/** The descriptor of stderr. */
const STDERR = 2;

/** Creates a log of lines that go to `destination`. `level` is one of pino's. */
export function createLog(level: string, destination: DestinationStream): Log {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}

/** Opens the log on stderr, which never holds up the process, whatever becomes of it. Default level `info`. */
export function openLog(level = "info"): Log {
  const lossLines: string[] = [];
  const lossLog = createLog("warn", { write: (line) => void lossLines.push(line) });
  const writer = createLogWriter(openSink(STDERR), (lostCount, sinceMs) => {
    lossLog.warn({ lostCount, since: new Date(sinceMs).toISOString() }, "log lines were lost: nobody took them");
    return lossLines.splice(0).join("");
  });
  process.on("exit", () => writer.flush());
  return createLog(level, { write: (line) => writer.write(line) });
}
