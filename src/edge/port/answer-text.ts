/** Answers with one plain text, for whoever speaks none of the protocols. */

import { discardRequest, type Exchange } from "./exchange.ts";

/** Ends the exchange with the text and a line break. */
export function answerText(exchange: Exchange, status: number, text: string): void {
  const { response } = exchange;
  response.statusCode = status;
  response.setHeader("content-type", "text/plain; charset=utf-8");
  response.end(text.endsWith("\n") ? text : `${text}\n`);
  discardRequest(exchange);
}
