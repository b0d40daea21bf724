/** Everything that goes wrong in the fault matrix. */

import type { Dialect } from "../make-config.ts";
import { answers, breaks, type End, type FaultRow, happens, type Incident, shaped, silences } from "./fault-row.ts";
import { FINISHED, FIRST, HEADERS, type Phase, TOOL, TOOL_AFTER_TEXT } from "./phases.ts";

/** Until the client has read what came before a reset: the kernel drops what is unread, in milliseconds. */
const READ_MS = 500;

/** Long after the limits of those cells, in milliseconds. */
const LATE_MS = 5_000;

/** Within the wait for usage behind the finish reason, in milliseconds. */
const LATE_USAGE_MS = 100;

/** Just too long for a quick failure. */
const SLOW_MS = 2_100;

/** Finish reasons that are a decision of the vendor, each in one dialect. */
const DECISIONS = { "openai-chat": "CONTENT_FILTER", "anthropic-messages": "REFUSAL" } as const;

export const FAULT_ROWS: readonly FaultRow[] = [
  happens("connection refused", HEADERS, {
    faults: "",
    refused: true,
    status: undefined,
    end: { kind: "unreachable" },
  }),
  answers(400, "context-too-long", { name: "400 context", faults: "context-too-long" }),
  answers(401, "unauthenticated"),
  answers(402, { "openai-chat": "billing", "anthropic-messages": "quota-exhausted" }),
  answers(403, "forbidden"),
  answers(404, "not-found"),
  answers(408, "try-again"),
  answers(408, "try-again", { name: "408 after 2.1 s", ...slowly(408) }),
  answers(413, "too-large"),
  answers(422, "invalid-request"),
  answers(429, "rate-limited"),
  answers(429, "rate-limited", { name: "429 for 50 ms", faults: "retry-after-ms=50", retryAfterMs: 50 }),
  answers(429, "rate-limited", { name: "429 for 30 s", faults: "retry-after=30", retryAfterMs: 30_000 }),
  answers(429, "quota-exhausted", { name: "429 for a day", faults: "retry-after=86400", retryAfterMs: 86_400_000 }),
  onlyIn("openai-chat", answers(429, "quota-exhausted", { name: "429 quota", faults: "billing" })),
  answers(500, "server-error"),
  answers(500, "server-error", { name: "500 after 2.1 s", ...slowly(500) }),
  answers(503, { "openai-chat": "overloaded", "anthropic-messages": "server-error" }),
  answers(
    503,
    { "openai-chat": "overloaded", "anthropic-messages": "server-error" },
    {
      name: "503 for 30 s",
      faults: "status=503+retry-after=30",
      retryAfterMs: 30_000,
    },
  ),
  answers(504, "server-error"),
  answers(529, "overloaded"),
  answers(502, "server-error", { name: "502 HTML page", faults: "html" }),
  happens("200 HTML page", FIRST, { faults: "html-200", status: 200, end: { kind: "malformed" } }),
  happens("200 gzip body", FINISHED, {
    faults: "gzip",
    status: 200,
    end: { kind: "completed", finish: "STOP", usageKnown: true },
  }),
  happens("200 garbage", FIRST, { faults: "garbage", status: 200, end: { kind: "malformed" } }),
  silences("silence", (pieces) => `stall=${pieces}`, "hang"),
  silences("pings only", (pieces) => `stall-pings=${pieces}`),
  late(),
  breaks("reset (RST)", "cut", (pieces) => `rst=${pieces}+pause=${pieces}:${READ_MS}`, "reset-before"),
  breaks("close (FIN)", "cut", (pieces) => `fin=${pieces}`, "fin-before"),
  breaks("clean end", "truncated", (pieces) => `cut=${pieces}`),
  breaks("half a character", "truncated", (pieces) => `half-utf8=${pieces}`),
  breaks("invalid JSON", "malformed", (pieces) => `malformed=${pieces}`),
  breaks("error: overloaded", "overloaded", (pieces) => `error=${pieces}:overloaded_error`),
  breaks("error: server", "server-error", (pieces) => `error=${pieces}:api_error`),
  breaks("error: rate limit", "rate-limited", (pieces) => `error=${pieces}:rate_limit_error`),
  breaks("error: bad request", "invalid-request", (pieces) => `error=${pieces}:invalid_request_error`),
  halfToolCall(),
  decision("content filter", "openai-chat"),
  decision("refusal", "anthropic-messages"),
];

function slowly(status: number): { readonly faults: string; readonly afterMs: number } {
  return { faults: `status=${status}+delay=${SLOW_MS}`, afterMs: SLOW_MS };
}

/** The rest of the answer comes when nobody waits for it any more; usage comes in time. */
function late(): FaultRow {
  const row = silences(
    "late events",
    (pieces) => `pause=${pieces}:${LATE_MS}+late=${LATE_MS}`,
    `delay=${LATE_MS}+late=${LATE_MS}`,
  );
  const lateUsage: Incident = {
    faults: shaped(FINISHED, `pause=${FINISHED.pieces}:${LATE_USAGE_MS}`),
    status: 200,
    end: { kind: "completed", finish: "STOP", usageKnown: true },
  };
  return { name: row.name, meet: (phase, dialect) => (phase === FINISHED ? lateUsage : row.meet(phase, dialect)) };
}

/** The finish reason comes, and a call's arguments are no JSON. */
function halfToolCall(): FaultRow {
  return {
    name: "half a tool call",
    meet: (phase) =>
      phase === TOOL || phase === TOOL_AFTER_TEXT
        ? { faults: shaped(phase, "lose-last"), status: 200, end: { kind: "malformed" } }
        : undefined,
  };
}

/** The vendor ends the answer. What a filter ends before any text is a refusal of the call; all else is an answer. */
function decision(name: string, dialect: Dialect): FaultRow {
  const answered: End = { kind: "completed", finish: DECISIONS[dialect], usageKnown: true };
  const filters = dialect === "openai-chat";
  const endOf = ({ delivered }: Phase): End =>
    filters && delivered === "nothing" ? { kind: "content-filtered" } : answered;
  return onlyIn(dialect, {
    name,
    meet: (phase) =>
      phase.pieces === undefined || phase === FINISHED
        ? undefined
        : { faults: shaped(phase, `content-filter-after=${phase.pieces}`), status: 200, end: endOf(phase) },
  });
}

function onlyIn(only: Dialect, row: FaultRow): FaultRow {
  return { name: row.name, meet: (phase, dialect) => (dialect === only ? row.meet(phase, dialect) : undefined) };
}
