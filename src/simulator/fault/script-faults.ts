/** Faults that break what happens on the connection. */

import { breakOff } from "../script/break-off.ts";
import { makeProblemScript } from "../script/problem-script.ts";
import { makeScript, type Script, type SendStep, type Step } from "../script/script.ts";
import { withHeaders } from "../script/with-headers.ts";
import type { ArgumentRule, ScriptFault, Visit } from "./fault.ts";

const AFTER: ArgumentRule = { unit: "tokens", least: 0, most: 1_000_000 };
const DELAY: ArgumentRule = { unit: "ms", least: 0, most: 3_600_000 };

/** First byte of an é, which has two. */
const HALF_CHARACTER = Buffer.from("é").subarray(0, 1);

/** The status of an error that is said before the answer, because the answer is no stream. */
const STATUS_OF_ERROR: Readonly<Record<string, number>> = {
  overloaded_error: 529,
  rate_limit_error: 429,
  timeout_error: 504,
};

export const SCRIPT_FAULTS: readonly ScriptFault[] = [
  stalls("stall", "sends n tokens, then nothing more", () => ({ kind: "hang" })),
  stalls("stall-pings", "sends n tokens, then only pings", (visit) => ({
    kind: "ping",
    bytes: visit.dialect.ping,
    intervalMs: visit.pingIntervalMs,
  })),
  breaksOff("cut", "sends n tokens, then ends the body cleanly", () => [{ kind: "end" }]),
  breaksOff("fin", "sends n tokens, then closes the connection (FIN) inside the body", () => [{ kind: "drop" }]),
  breaksOff("rst", "sends n tokens, then resets the connection (RST)", () => [{ kind: "reset" }]),
  breaksOff("malformed", "sends n tokens, then an event that is no JSON", (visit) => {
    const [before = ""] = visit.dialect.textEvent(visit.stamp, "é").split("é");
    return [send(`${before}broken\n\n`), { kind: "end" }];
  }),
  breaksOff("half-utf8", "sends n tokens, then ends inside a character", (visit) => {
    const [before = ""] = visit.dialect.textEvent(visit.stamp, "é").split("é");
    return [send(Buffer.concat([Buffer.from(before), HALF_CHARACTER])), { kind: "end" }];
  }),
  {
    name: "error",
    takes: { ...AFTER, word: "type" },
    description: "sends n tokens, then an error inside the stream, of the given type",
    stage: "script",
    change: ({ number, word }, script, visit) =>
      script.streamed
        ? breakOff(script, number, send(visit.dialect.errorEvent(visit.stamp, word)), { kind: "end" })
        : makeProblemScript(visit.dialect, visit.stamp, { kind: "status", status: STATUS_OF_ERROR[word] ?? 500 }),
  },
  {
    name: "no-terminal",
    description: "sends the whole text, then ends cleanly without a finish reason",
    stage: "script",
    change: (_, script) => ({ ...script, steps: without(script.steps, ["terminal", "done"]) }),
  },
  {
    name: "no-done",
    description: "leaves out what follows the finish reason: [DONE], message_stop",
    stage: "script",
    change: (_, script) => ({ ...script, steps: without(script.steps, ["done"]) }),
  },
  {
    name: "late",
    takes: DELAY,
    description: "goes on for n milliseconds after the client closed",
    stage: "script",
    change: ({ number }, script) => ({ ...script, outlivesClientMs: number }),
  },
  {
    name: "delay",
    takes: DELAY,
    description: "waits n milliseconds before the headers",
    stage: "script",
    change: ({ number }, script) => ({ ...script, steps: after({ kind: "wait", ms: number }, script.steps) }),
  },
  {
    name: "split",
    takes: { unit: "bytes", least: 1, most: 65_536 },
    description: "sends the body in writes of n bytes, also inside events and characters",
    stage: "script",
    change: ({ number }, script) => ({ ...script, steps: split(script.steps, number) }),
  },
  {
    name: "unknown-events",
    description: "puts an event of an unknown kind before each piece of content",
    stage: "script",
    change: (_, script, visit) => (script.streamed ? beforeContent(script, visit.dialect.unknownEvent) : script),
  },
  {
    name: "empty-deltas",
    description: "puts an empty delta before each piece of content",
    stage: "script",
    change: (_, script, visit) =>
      script.streamed ? beforeContent(script, visit.dialect.textEvent(visit.stamp, "")) : script,
  },
  header("retry-after", "seconds", "a Retry-After header in seconds", (seconds) => ({
    "retry-after": String(seconds),
  })),
  header("retry-after-date", "seconds", "a Retry-After header as a date n seconds away", (seconds) => ({
    "retry-after": new Date(Date.now() + seconds * 1_000).toUTCString(),
  })),
  header("retry-after-ms", "ms", "a retry-after-ms header, as Azure sends it", (ms) => ({
    "retry-after-ms": String(ms),
  })),
  header("rate-limit-reset", "ms", "the vendor's rate limit headers, reset in n milliseconds", (ms, visit) =>
    visit.dialect.rateLimitHeaders(ms),
  ),
];

function breaksOff(name: string, description: string, ending: (visit: Visit) => Step[]): ScriptFault {
  return {
    name,
    takes: AFTER,
    description,
    stage: "script",
    change: ({ number }, script, visit) => breakOff(script, number, ...ending(visit)),
  };
}

/** A model that stalls before its whole answer is done sends nothing at all when the answer is no stream. */
function stalls(name: string, description: string, ending: (visit: Visit) => Step): ScriptFault {
  return {
    name,
    takes: AFTER,
    description,
    stage: "script",
    change: ({ number }, script, visit) =>
      script.streamed ? breakOff(script, number, ending(visit)) : makeScript(false, { kind: "hang" }),
  };
}

/** On an answer the header makes no sense, so it becomes a 429. */
function header(
  name: string,
  unit: string,
  what: string,
  headers: (number: number, visit: Visit) => Readonly<Record<string, string>>,
): ScriptFault {
  return {
    name,
    takes: { unit, least: 0, most: 86_400_000 },
    description: `adds ${what}; 429 unless another status is given`,
    stage: "script",
    change: ({ number }, script, visit) => {
      const limited = { kind: "status", status: 429 } as const;
      const base = script.isAnswer ? makeProblemScript(visit.dialect, visit.stamp, limited) : script;
      return withHeaders(base, headers(number, visit));
    },
  };
}

function send(bytes: string | Uint8Array): SendStep {
  return { kind: "send", bytes, part: "closing" };
}

function* after(first: Step, steps: Iterable<Step>): Iterable<Step> {
  yield first;
  yield* steps;
}

function* without(steps: Iterable<Step>, parts: readonly SendStep["part"][]): Iterable<Step> {
  for (const step of steps) {
    if (step.kind !== "send" || !parts.includes(step.part)) yield step;
  }
}

function beforeContent(script: Script, event: string): Script {
  return { ...script, steps: eventsBefore(script.steps, event) };
}

function* eventsBefore(steps: Iterable<Step>, event: string): Iterable<Step> {
  for (const step of steps) {
    if (step.kind === "send" && step.part === "content") yield { kind: "send", bytes: event, part: "opening" };
    yield step;
  }
}

/** Only the last write of a piece counts as the piece. */
function* split(steps: Iterable<Step>, length: number): Iterable<Step> {
  for (const step of steps) {
    if (step.kind !== "send") {
      yield step;
      continue;
    }
    const bytes = Buffer.from(step.bytes);
    for (let at = 0; at < bytes.length; at += length) {
      const part = at + length < bytes.length ? "opening" : step.part;
      yield { kind: "send", bytes: bytes.subarray(at, at + length), part };
    }
  }
}
