/** The dialect of OpenAI's chat completions, on OpenAI itself, on Azure and on everything compatible. */

import type { Dialect, Stamp } from "../simulated-dialect.ts";
import { errorEvent, problemReply } from "./error-replies.ts";
import { streamAnswer, textEvent, wholeAnswer } from "./events.ts";
import { requestId, toolCallId } from "./ids.ts";
import { readAsk } from "./request.ts";

export const openaiChat: Dialect = {
  name: "openai-chat",
  readAsk,
  headers: (stamp: Stamp) => ({
    "x-request-id": requestId(stamp),
    ...(stamp.isAzure ? { "apim-request-id": requestId(stamp) } : { "openai-processing-ms": "1" }),
  }),
  streamAnswer,
  wholeAnswer,
  problem: problemReply,
  toolCallId,
  textEvent,
  errorEvent,
  unknownEvent: 'event: telemetry\ndata: {"object":"chat.completion.telemetry","choices":[],"note":"unknown"}\n\n',
  ping: ": keep-alive\n\n",
  rateLimitHeaders: (resetMs) => ({
    "x-ratelimit-limit-requests": "60",
    "x-ratelimit-remaining-requests": "0",
    "x-ratelimit-reset-requests": resetMs % 1000 === 0 ? `${resetMs / 1000}s` : `${resetMs}ms`,
  }),
};
