/** A caller that asks steadily while others attack: a process of its own, so that it is not late where they are busy. */

import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

export interface ProbeResult {
  readonly count: number;
  /** What came instead of answers. */
  readonly lost: readonly string[];
  /** Times from the start of the connection to the end of the answer, in milliseconds, shortest first. */
  readonly latenciesMs: readonly number[];
}

export interface Probe {
  /** Waits for the last answers. */
  end(): Promise<ProbeResult>;
}

/** Starts to ask, five times a second: each call on a new connection. */
export function startProbe(url: string): Probe {
  const script = join(import.meta.dirname, "probe-process.ts");
  const child = fork(script, [url], { execArgv: ["--disable-warning=ExperimentalWarning"] });
  return {
    async end() {
      child.send("end");
      const [result]: ProbeResult[] = await once(child, "message");
      if (result === undefined) throw new Error("the probe told nothing");
      return result;
    },
  };
}

/** The value that the share `fraction` of the sorted `values` do not exceed. */
export function quantile(values: readonly number[], fraction: number): number {
  return values[Math.min(values.length - 1, Math.floor(values.length * fraction))] ?? Number.NaN;
}
