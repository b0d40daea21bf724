/** Calls without a whole answer: one status, with the reason and everything that was tried. */

import type { Scenario } from "../scenario.ts";

const HEALTHY = {};

export const REFUSALS: readonly Scenario[] = [
  {
    name: "all routes down",
    routes: [{ faults: "status=500" }, { faults: "html-200" }, HEALTHY],
    attempts: ["primary FAILED 500", "primary FAILED 500 retry", "backup FAILED 200"],
    refused: "UNAVAILABLE ALL_ROUTES_FAILED",
    retryS: [0.9, 60],
  },
  {
    name: "all routes silent",
    routes: [{ faults: "hang" }, { faults: "hang-body" }],
    attempts: ["primary TIMED_OUT -", "backup TIMED_OUT 200"],
    refused: "UNAVAILABLE ALL_ROUTES_FAILED",
    retryS: [0.9, 60],
  },
  {
    name: "all routes cooling down",
    routes: [{ faults: "status=429+retry-after=40" }, { faults: "status=429+retry-after=20" }],
    attempts: ["primary RATE_LIMITED 429", "backup RATE_LIMITED 429"],
    refused: "RESOURCE_EXHAUSTED COOLING_DOWN",
    // What the upstream asked for, and up to a tenth more.
    retryS: [19.5, 22],
    again: {
      attempts: [],
      skips: ["primary COOLING_DOWN", "backup COOLING_DOWN"],
      refused: "RESOURCE_EXHAUSTED COOLING_DOWN",
      retryS: [15, 22],
    },
  },
  {
    name: "all routes misconfigured",
    routes: [{ faults: "unauthorized" }, { faults: "not-found" }],
    attempts: ["primary MISCONFIGURED 401", "backup MISCONFIGURED 404"],
    refused: "FAILED_PRECONDITION ROUTE_MISCONFIGURED",
    again: {
      attempts: [],
      skips: ["primary DISABLED", "backup DISABLED"],
      refused: "FAILED_PRECONDITION ROUTE_MISCONFIGURED",
    },
  },
  {
    name: "mixed causes",
    routes: [{ faults: "status=429" }, { faults: "unauthorized" }],
    attempts: ["primary RATE_LIMITED 429", "backup MISCONFIGURED 401"],
    refused: "UNAVAILABLE ALL_ROUTES_FAILED",
    retryS: [0.9, 120],
  },
  {
    name: "a content filter before text",
    primaryDialect: "openai-chat",
    routes: [{ faults: "content-filter" }, HEALTHY],
    attempts: ["primary CONTENT_FILTERED 200"],
    refused: "FAILED_PRECONDITION CONTENT_FILTERED",
  },
  {
    name: "a content filter before text that the policy routes around",
    primaryDialect: "openai-chat",
    routes: [{ faults: "content-filter" }, HEALTHY],
    policy: { content_filter: "fail-over" },
    attempts: ["primary CONTENT_FILTERED 200", "backup COMPLETED 200 delivers"],
    switches: ["primary backup FAILED RESTARTED"],
  },
  {
    name: "a conversation that is too long for every route",
    routes: [{ faults: "context-too-long" }, { faults: "context-too-long" }],
    attempts: ["primary REJECTED 400", "backup REJECTED 400"],
    refused: "INVALID_ARGUMENT CONTEXT_TOO_LONG",
  },
  {
    name: "a fault of the request that the primary finds",
    routes: [{ faults: "status=422" }, HEALTHY],
    attempts: ["primary REJECTED 422"],
    refused: "INVALID_ARGUMENT INVALID_REQUEST",
  },
  {
    name: "an answer that breaks off on every route",
    routes: [{ faults: "cut=20" }, { faults: "rst=20+rate=400" }, { faults: "stall=20" }],
    attempts: ["primary FAILED 200 delivers", "backup FAILED 200 delivers", "third STALLED 200 delivers"],
    switches: ["primary backup FAILED CONTINUED", "backup third FAILED CONTINUED"],
    refused: "ABORTED ANSWER_INTERRUPTED",
    text: "beginning",
    unary: { switches: [], refused: "UNAVAILABLE ALL_ROUTES_FAILED", retryS: [0.9, 60], text: "nothing" },
  },
  {
    name: "an answer that may not be continued",
    routes: [{ faults: "cut=20" }, HEALTHY],
    policy: { switch: "never" },
    attempts: ["primary FAILED 200 delivers"],
    refused: "ABORTED ANSWER_INTERRUPTED",
    text: "beginning",
    unary: {
      attempts: ["primary FAILED 200 discards", "backup COMPLETED 200 delivers"],
      switches: ["primary backup FAILED RESTARTED"],
      refused: "",
      text: "story",
    },
  },
  {
    name: "an answer that no route can continue",
    routes: [{ faults: "cut=20" }, { settings: { continuation: "none" } }],
    attempts: ["primary FAILED 200 delivers"],
    skips: ["backup UNSUPPORTED"],
    refused: "ABORTED ANSWER_INTERRUPTED",
    text: "beginning",
    unary: {
      attempts: ["primary FAILED 200 discards", "backup COMPLETED 200 delivers"],
      switches: ["primary backup FAILED RESTARTED"],
      skips: [],
      refused: "",
      text: "story",
    },
  },
  {
    name: "the client's deadline before any text",
    routes: [{ faults: "hang" }],
    timeoutMs: 1_500,
    attempts: ["primary DEADLINE_EXCEEDED -"],
    refused: "DEADLINE_EXCEEDED DEADLINE_EXCEEDED",
  },
  {
    name: "the client's deadline after some text",
    routes: [{ faults: "stall=20" }, HEALTHY],
    timeoutMs: 6_000,
    attempts: ["primary DEADLINE_EXCEEDED 200 delivers"],
    refused: "DEADLINE_EXCEEDED DEADLINE_EXCEEDED",
    text: "beginning",
    unary: { text: "nothing" },
  },
  {
    name: "the policy's total timeout",
    routes: [{ faults: "drip=100" }, HEALTHY],
    policy: { first_token_timeout: "5s", stall_timeout: "5s", total_timeout: "5s" },
    attempts: ["primary DEADLINE_EXCEEDED 200 delivers"],
    refused: "DEADLINE_EXCEEDED DEADLINE_EXCEEDED",
    text: "beginning",
    unary: { text: "nothing" },
  },
];
