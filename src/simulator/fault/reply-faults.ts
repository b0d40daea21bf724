/** Faults that take the place of the answer. */

import type { Problem } from "../dialect/request-problem.ts";
import { makeProblemScript } from "../script/problem-script.ts";
import { makeScript, type Script, type Step } from "../script/script.ts";
import type { ReplyFault, Visit } from "./fault.ts";

const HTML =
  "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>\n";

/** Bytes of a garbage body. */
const GARBAGE_BYTES = 4_096;

const BYTES_PER_MB = 1_000_000;

const EVENT_STREAM = { "content-type": "text/event-stream; charset=utf-8" };

export const REPLY_FAULTS: readonly ReplyFault[] = [
  {
    name: "status",
    takes: { unit: "status", least: 300, most: 599 },
    description: "answers with this HTTP status and the vendor's error body",
    stage: "reply",
    reply: ({ number }, visit) => problem(visit, { kind: "status", status: number }),
  },
  asProblem("unauthorized", "401, the key is wrong"),
  asProblem("billing", "402, no credit; from OpenAI 429 insufficient_quota"),
  asProblem("forbidden", "403, the key may not use the model"),
  asProblem("not-found", "404, no such model or deployment"),
  asProblem("context-too-long", "400, the conversation does not fit"),
  {
    name: "refuse-prefill",
    description: "400 when the last turn is the assistant's, as Claude 4.6 and later",
    stage: "reply",
    reply: (_, visit) =>
      visit.ask.partial?.form === "prefill" ? problem(visit, { kind: "prefill-refused" }) : undefined,
  },
  {
    name: "flap",
    takes: { unit: "requests", least: 1, most: 1_000_000 },
    description: "answers n requests, fails n with 503, answers n, and so on",
    stage: "reply",
    reply: ({ number }, visit) => {
      const group = Math.floor((visit.number - 1) / number);
      return group % 2 === 1 ? problem(visit, { kind: "status", status: 503 }) : undefined;
    },
  },
  {
    name: "html",
    description: "502 with an HTML page, as a proxy in front of the vendor",
    stage: "reply",
    reply: () => page(502),
  },
  { name: "html-200", description: "200 with an HTML page", stage: "reply", reply: () => page(200) },
  {
    name: "garbage",
    description: "200 with bytes that mean nothing",
    stage: "reply",
    reply: () => opened({ kind: "send", bytes: garbage(), part: "content" }, { kind: "end" }),
  },
  {
    name: "flood",
    takes: { unit: "MB", least: 1, most: 1_000, preset: 100 },
    description: "200 with n million bytes without a line break (default 100)",
    stage: "reply",
    reply: ({ number }) => opened({ kind: "flood", byteCount: number * BYTES_PER_MB }, { kind: "end" }),
  },
  {
    name: "hang",
    description: "takes the request and never answers",
    stage: "reply",
    reply: () => makeScript(true, { kind: "hang" }),
  },
  {
    name: "hang-body",
    description: "sends the headers and nothing else",
    stage: "reply",
    reply: () => opened({ kind: "hang" }),
  },
  {
    name: "pings-only",
    description: "sends the headers, then pings for ever",
    stage: "reply",
    reply: (_, visit) => opened({ kind: "ping", bytes: visit.dialect.ping, intervalMs: visit.pingIntervalMs }),
  },
  {
    name: "reset-before",
    description: "resets the connection (RST) before the headers",
    stage: "reply",
    reply: () => makeScript(true, { kind: "reset" }),
  },
  {
    name: "fin-before",
    description: "closes the connection (FIN) before the headers",
    stage: "reply",
    reply: () => makeScript(true, { kind: "drop" }),
  },
];

function asProblem(
  name: Exclude<Problem["kind"], "invalid" | "status" | "prefill-refused" | "content-filtered">,
  description: string,
): ReplyFault {
  return { name, description, stage: "reply", reply: (_, visit) => problem(visit, { kind: name }) };
}

function problem(visit: Visit, kind: Problem): Script {
  return makeProblemScript(visit.dialect, visit.stamp, kind);
}

function page(status: number): Script {
  return makeScript(
    false,
    { kind: "head", status, headers: { "content-type": "text/html; charset=utf-8" } },
    { kind: "send", bytes: HTML, part: "content" },
    { kind: "end" },
  );
}

function opened(...steps: readonly Step[]): Script {
  return makeScript(true, { kind: "head", status: 200, headers: EVENT_STREAM }, ...steps);
}

/** The same bytes each time, of every value: a linear congruential sequence. */
function garbage(): Uint8Array {
  let state = 42;
  return Uint8Array.from({ length: GARBAGE_BYTES }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}
