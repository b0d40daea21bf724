/** A caller that asks steadily while others attack. */

import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

import { PROBE_KEY } from "./start-target.ts";

/** Calls a second. */
const RATE = 5;
/** A call without an answer for so long is lost, in milliseconds. */
const TIMEOUT_MS = 20_000;

const BODY = JSON.stringify({ workload: "quick", messages: [{ role: "ROLE_USER", text: "To be?" }] });

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

/** Starts to ask: each call on a new connection. */
export function startProbe(url: string): Probe {
  const ended = new AbortController();
  const calls: Promise<number | string>[] = [];
  const asking = (async () => {
    for (let beginsAtMs = performance.now(); !ended.signal.aborted; beginsAtMs += 1_000 / RATE) {
      await sleep(Math.max(0, beginsAtMs - performance.now()));
      calls.push(ask(url));
    }
  })();
  return {
    async end() {
      ended.abort();
      await asking;
      const results = await Promise.all(calls);
      const latenciesMs = results.filter((result) => typeof result === "number").toSorted((a, b) => a - b);
      return { count: results.length, lost: results.filter((result) => typeof result === "string"), latenciesMs };
    },
  };
}

/** The value that the share `fraction` of the sorted `values` do not exceed. */
export function quantile(values: readonly number[], fraction: number): number {
  return values[Math.min(values.length - 1, Math.floor(values.length * fraction))] ?? Number.NaN;
}

/** Resolves with the time that a call took, or with what was wrong. */
function ask(url: string): Promise<number | string> {
  const beganMs = performance.now();
  return new Promise((resolve) => {
    const headers = {
      authorization: `Bearer ${PROBE_KEY}`,
      "content-type": "application/json",
      "content-length": Buffer.byteLength(BODY),
    };
    const call = request(`${url}/understudy.v1.CompletionService/Complete`, { method: "POST", agent: false, headers });
    call.setTimeout(TIMEOUT_MS, () => call.destroy(new Error("no answer in time")));
    call.on("error", ({ message }) => resolve(message));
    call.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => void (text += part));
      response.on("error", ({ message }) => resolve(message));
      response.on("end", () => resolve(response.statusCode === 200 ? performance.now() - beganMs : text));
    });
    call.end(BODY);
  });
}
