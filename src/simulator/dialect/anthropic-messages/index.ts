/** The dialect of Anthropic's Messages API, on Anthropic itself and on Azure. */

import type { Dialect, Stamp } from "../simulated-dialect.ts";
import { errorEvent, problemReply } from "./error-replies.ts";
import { PING, streamAnswer, textEvent, wholeAnswer } from "./events.ts";
import { requestId, toolUseId } from "./ids.ts";
import { readAsk } from "./request.ts";

export const anthropicMessages: Dialect = {
  name: "anthropic-messages",
  readAsk,
  headers: (stamp: Stamp) => ({ "request-id": requestId(stamp) }),
  streamAnswer,
  wholeAnswer,
  problem: problemReply,
  toolCallId: toolUseId,
  textEvent,
  errorEvent,
  unknownEvent: 'event: weather_report\ndata: {"type":"weather_report","fog":true}\n\n',
  ping: PING,
  rateLimitHeaders: (resetMs) => ({
    "anthropic-ratelimit-requests-limit": "60",
    "anthropic-ratelimit-requests-remaining": "0",
    "anthropic-ratelimit-requests-reset": new Date(Date.now() + resetMs).toISOString(),
  }),
};
