/** A process that asks a gateway steadily until it is told to end, and then tells how that was. Its argument is the URL. */

import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

import type { ProbeResult } from "./keyed-probe.ts";
import { PROBE_KEY } from "./start-target.ts";

/** Calls a second. */
const RATE = 5;
/** A call without an answer for so long is lost, in milliseconds. */
const TIMEOUT_MS = 20_000;

const BODY = JSON.stringify({ workload: "quick", messages: [{ role: "ROLE_USER", text: "To be?" }] });

const url = process.argv[2] ?? "";
const ended = new AbortController();
process.once("message", () => ended.abort());

const calls: Promise<number | string>[] = [];
for (let beginsAtMs = performance.now(); !ended.signal.aborted; beginsAtMs += 1_000 / RATE) {
  await sleep(Math.max(0, beginsAtMs - performance.now()));
  calls.push(ask());
}
const results = await Promise.all(calls);
const latenciesMs = results.filter((result) => typeof result === "number").toSorted((one, other) => one - other);
const lost = results.filter((result) => typeof result === "string");
process.send?.({ count: results.length, lost, latenciesMs } satisfies ProbeResult);
process.disconnect();

/** Resolves with the time that a call took, or with what was wrong. */
function ask(): Promise<number | string> {
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
