/** Failures before the first token: the answer starts afresh on the next route, and nobody sees a seam. */

import type { Scenario } from "../scenario.ts";

const HEALTHY = {};
const BACKUP = "backup COMPLETED 200 delivers";

export const BEFORE_TEXT: readonly Scenario[] = [
  { name: "a healthy primary", routes: [HEALTHY, HEALTHY], attempts: ["primary COMPLETED 200 delivers"] },
  {
    name: "500 before the first token",
    routes: [{ faults: "status=500" }, HEALTHY],
    attempts: ["primary FAILED 500", "primary FAILED 500 retry", BACKUP],
    switches: ["primary backup FAILED RESTARTED"],
  },
  {
    name: "one 500 that a retry mends",
    routes: [{ faults: "status=500+times=1" }, HEALTHY],
    attempts: ["primary FAILED 500", "primary COMPLETED 200 retry delivers"],
  },
  {
    name: "429 without Retry-After",
    routes: [{ faults: "status=429" }, HEALTHY],
    attempts: ["primary RATE_LIMITED 429", BACKUP],
    switches: ["primary backup RATE_LIMITED RESTARTED"],
  },
  {
    name: "429 with a long Retry-After",
    routes: [{ faults: "status=429+retry-after=30" }, HEALTHY],
    attempts: ["primary RATE_LIMITED 429", BACKUP],
    switches: ["primary backup RATE_LIMITED RESTARTED"],
    again: { attempts: [BACKUP], skips: ["primary COOLING_DOWN"] },
  },
  {
    name: "429 with a short Retry-After",
    routes: [{ faults: "status=429+retry-after-ms=50+times=1" }, HEALTHY],
    attempts: ["primary RATE_LIMITED 429", "primary COMPLETED 200 retry delivers"],
  },
  {
    name: "connection refused",
    routes: [{ refused: true }, HEALTHY],
    attempts: ["primary FAILED -", "primary FAILED - retry", BACKUP],
    switches: ["primary backup FAILED RESTARTED"],
  },
  {
    name: "reset before any byte",
    routes: [{ faults: "reset-before" }, HEALTHY],
    attempts: ["primary FAILED -", "primary FAILED - retry", BACKUP],
    switches: ["primary backup FAILED RESTARTED"],
  },
  {
    name: "silence before the headers",
    routes: [{ faults: "hang" }, HEALTHY],
    attempts: ["primary TIMED_OUT -", BACKUP],
    switches: ["primary backup TIMED_OUT RESTARTED"],
  },
  {
    name: "silence after the headers",
    routes: [{ faults: "hang-body" }, HEALTHY],
    attempts: ["primary TIMED_OUT 200", BACKUP],
    switches: ["primary backup TIMED_OUT RESTARTED"],
  },
  {
    name: "a first token that is too slow",
    routes: [{ faults: "slow-first=20000" }, HEALTHY],
    attempts: ["primary TIMED_OUT 200", BACKUP],
    switches: ["primary backup TIMED_OUT RESTARTED"],
  },
  {
    name: "a first token that is slow and in time",
    routes: [{ faults: "slow-first=100" }, HEALTHY],
    attempts: ["primary COMPLETED 200 delivers"],
  },
  {
    name: "pings only",
    routes: [{ faults: "pings-only" }, HEALTHY],
    attempts: ["primary TIMED_OUT 200", BACKUP],
    switches: ["primary backup TIMED_OUT RESTARTED"],
  },
  {
    name: "a wrong key",
    routes: [{ faults: "unauthorized" }, HEALTHY],
    attempts: ["primary MISCONFIGURED 401", BACKUP],
    switches: ["primary backup MISCONFIGURED RESTARTED"],
    again: { attempts: [BACKUP], skips: ["primary DISABLED"] },
  },
  {
    name: "a conversation that is too long for the primary",
    routes: [{ faults: "context-too-long" }, HEALTHY],
    attempts: ["primary REJECTED 400", BACKUP],
    switches: ["primary backup MISCONFIGURED RESTARTED"],
  },
  {
    name: "an HTML page with 502",
    routes: [{ faults: "html" }, HEALTHY],
    attempts: ["primary FAILED 502", "primary FAILED 502 retry", BACKUP],
    switches: ["primary backup FAILED RESTARTED"],
  },
  {
    name: "an HTML page with 200",
    routes: [{ faults: "html-200" }, HEALTHY],
    attempts: ["primary FAILED 200", BACKUP],
    switches: ["primary backup FAILED RESTARTED"],
  },
  {
    name: "garbage",
    routes: [{ faults: "garbage" }, HEALTHY],
    attempts: ["primary FAILED 200", BACKUP],
    switches: ["primary backup FAILED RESTARTED"],
  },
  {
    name: "100 MB without a newline",
    routes: [{ faults: "flood=100" }, HEALTHY],
    attempts: ["primary FAILED 200", BACKUP],
    switches: ["primary backup FAILED RESTARTED"],
  },
  {
    name: "two routes that fail before text",
    routes: [{ faults: "hang-body" }, { faults: "pings-only" }, HEALTHY],
    attempts: ["primary TIMED_OUT 200", "backup TIMED_OUT 200", "third COMPLETED 200 delivers"],
    switches: ["primary third TIMED_OUT RESTARTED"],
  },
  {
    name: "a retry and a backup that is down take nothing from the second backup",
    routes: [{ faults: "status=500" }, { faults: "html-200" }, HEALTHY],
    attempts: ["primary FAILED 500", "primary FAILED 500 retry", "backup FAILED 200", "third COMPLETED 200 delivers"],
    switches: ["primary third FAILED RESTARTED"],
  },
  {
    name: "no retry takes the attempt that a backup needs",
    routes: [{ faults: "status=500" }, { faults: "status=500" }, HEALTHY],
    policy: { max_attempts: 3 },
    attempts: ["primary FAILED 500", "backup FAILED 500", "third COMPLETED 200 delivers"],
    switches: ["primary third FAILED RESTARTED"],
  },
  {
    name: "a request that the primary refuses",
    routes: [{ faults: "status=422" }, HEALTHY],
    attempts: ["primary REJECTED 422", BACKUP],
    switches: ["primary backup MISCONFIGURED RESTARTED"],
  },
  {
    name: "a deadline that leaves the backup its share",
    routes: [{ faults: "hang" }, HEALTHY],
    policy: { first_token_timeout: "10s" },
    timeoutMs: 8_000,
    attempts: ["primary TIMED_OUT -", BACKUP],
    switches: ["primary backup TIMED_OUT RESTARTED"],
  },
];
