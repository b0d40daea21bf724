/** Anthropic's Messages, as Anthropic's own API, Azure and compatible servers speak it. */

import type { Dialect } from "../dialect.ts";
import { MessagesReader } from "./events.ts";
import { makeBody } from "./request.ts";

export const anthropicMessages: Dialect = {
  makeBody,
  createReader: (head, settings) => new MessagesReader(head, settings),
};
