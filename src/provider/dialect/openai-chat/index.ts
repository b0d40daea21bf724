/** OpenAI's Chat Completions, as OpenAI, Azure and many compatible servers speak it. */

import type { Dialect } from "../dialect.ts";
import { ChatReader } from "./events.ts";
import { makeBody } from "./request.ts";

export const openaiChat: Dialect = {
  makeBody,
  createReader: (head, settings, maxOutputTokens) => new ChatReader(head, settings, maxOutputTokens),
};
