/** A process that answers every chat completion with a few words at once. */

import { createServer } from "node:http";

import { serveLocally } from "../bench/serve-locally.ts";

const WORDS = ["To", " be,", " or", " not", " to be."];

const chunks = [
  ...WORDS.map((content) => ({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })),
  { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
  { choices: [], usage: { prompt_tokens: 5, completion_tokens: 5, total_tokens: 10 } },
];
const events = chunks.map(
  (chunk) => `data: ${JSON.stringify({ id: "1", object: "chat.completion.chunk", ...chunk })}\n\n`,
);
const answer = `${events.join("")}data: [DONE]\n\n`;

const server = createServer((request, response) => {
  request.resume();
  request.on("end", () => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end(answer);
  });
});
server.keepAliveTimeout = 60_000;
await serveLocally(server);
