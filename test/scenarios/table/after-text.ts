/** Failures in the middle of the answer: the next route continues it, and the text is right to the byte. */

import type { Scenario } from "../scenario.ts";

const HEALTHY = {};
const BACKUP = "backup COMPLETED 200 delivers";

/** A primary that breaks in one way, and a backup that continues. */
function breaks(name: string, faults: string, outcome: "FAILED" | "STALLED" = "FAILED"): Scenario {
  return {
    name,
    routes: [{ faults }, HEALTHY],
    attempts: [`primary ${outcome} 200 delivers`, BACKUP],
    switches: [`primary backup ${outcome} CONTINUED`],
  };
}

export const AFTER_TEXT: readonly Scenario[] = [
  breaks("a stall after some tokens", "stall=40", "STALLED"),
  breaks("a stall after one token", "stall=1", "STALLED"),
  breaks("pings after a stall", "stall-pings=40", "STALLED"),
  breaks("a clean end of the body in the middle", "cut=25"),
  breaks("a connection closed by FIN", "fin=30"),
  breaks("a connection reset by RST", "rst=40+rate=400"),
  breaks("an error inside the stream", "error=10:overloaded_error"),
  breaks("an event that is no JSON", "malformed=10"),
  breaks("half a UTF-8 character", "half-utf8=10"),
  {
    ...breaks("a clean end of the stream without the end of the answer", "no-terminal"),
    // The backup has only the line break to say that the text already ends with.
    attempts: ["primary FAILED 200 delivers", "backup COMPLETED 200 discards"],
    switches: ["primary backup FAILED CONTINUED trims"],
    unary: { attempts: ["primary FAILED 200 discards", BACKUP] },
  },
  {
    name: "a backup that repeats the last words",
    routes: [{ faults: "cut=60" }, { faults: "repeat=6" }],
    attempts: ["primary FAILED 200 delivers", "backup COMPLETED 200 delivers discards"],
    switches: ["primary backup FAILED CONTINUED trims"],
    unary: { attempts: ["primary FAILED 200 discards", BACKUP] },
  },
  {
    name: "a backup that starts over",
    routes: [{ faults: "stall=60" }, { faults: "start-over" }],
    attempts: ["primary STALLED 200 delivers", "backup COMPLETED 200 delivers discards"],
    switches: ["primary backup STALLED CONTINUED trims"],
    unary: { attempts: ["primary STALLED 200 discards", BACKUP] },
  },
  {
    name: "a backup that starts over differently",
    routes: [{ faults: "cut=60" }, { faults: "start-over-differently" }, HEALTHY],
    attempts: ["primary FAILED 200 delivers", "backup BAD_ANSWER 200 discards", "third COMPLETED 200 delivers"],
    switches: ["primary third FAILED CONTINUED"],
    unary: {
      attempts: ["primary FAILED 200 discards", BACKUP],
      switches: ["primary backup FAILED RESTARTED"],
    },
  },
  {
    name: "a backup that takes a prefill",
    routes: [{ faults: "cut=25" }, { settings: { continuation: "prefill" } }],
    attempts: ["primary FAILED 200 delivers", BACKUP],
    switches: ["primary backup FAILED CONTINUED"],
  },
  {
    name: "a backup that refuses prefill",
    routes: [{ faults: "cut=25" }, { faults: "refuse-prefill", settings: { continuation: "prefill" } }],
    attempts: ["primary FAILED 200 delivers", "backup REJECTED 400", "backup COMPLETED 200 retry delivers"],
    switches: ["primary backup FAILED CONTINUED"],
    unary: { attempts: ["primary FAILED 200 discards", BACKUP] },
  },
  {
    name: "two switches in one answer",
    routes: [{ faults: "stall=30" }, { faults: "cut=50" }, HEALTHY],
    attempts: ["primary STALLED 200 delivers", "backup FAILED 200 delivers", "third COMPLETED 200 delivers"],
    switches: ["primary backup STALLED CONTINUED", "backup third FAILED CONTINUED"],
    unary: { switches: ["primary third STALLED RESTARTED"] },
  },
  {
    name: "a backup that is down in the middle of an answer",
    routes: [{ faults: "cut=25" }, { faults: "status=429" }, HEALTHY],
    attempts: ["primary FAILED 200 delivers", "backup RATE_LIMITED 429", "third COMPLETED 200 delivers"],
    switches: ["primary third FAILED CONTINUED"],
  },
  {
    name: "a backup that cannot continue is passed over",
    routes: [{ faults: "cut=25" }, { settings: { continuation: "none" } }, HEALTHY],
    attempts: ["primary FAILED 200 delivers", "third COMPLETED 200 delivers"],
    switches: ["primary third FAILED CONTINUED"],
    skips: ["backup UNSUPPORTED"],
    unary: {
      attempts: ["primary FAILED 200 discards", BACKUP],
      switches: ["primary backup FAILED RESTARTED"],
      skips: [],
    },
  },
  {
    name: "an answer that is held back starts afresh",
    routes: [{ faults: "stall=40" }, HEALTHY],
    policy: { hold_back: "answer" },
    attempts: ["primary STALLED 200 discards", BACKUP],
    switches: ["primary backup STALLED RESTARTED"],
  },
  {
    name: "a content filter after text",
    primaryDialect: "openai-chat",
    routes: [{ faults: "content-filter-after=20" }, HEALTHY],
    attempts: ["primary COMPLETED 200 delivers"],
    text: "beginning",
    finish: "CONTENT_FILTER",
  },
  {
    name: "a refusal after text",
    primaryDialect: "anthropic-messages",
    routes: [{ faults: "content-filter-after=20" }, HEALTHY],
    attempts: ["primary COMPLETED 200 delivers"],
    text: "beginning",
    finish: "REFUSAL",
  },
  {
    name: "an answer at its limit of tokens",
    routes: [{}, HEALTHY],
    request: { maxOutputTokens: 50 },
    attempts: ["primary COMPLETED 200 delivers"],
    text: "beginning",
    finish: "LENGTH",
  },
];
