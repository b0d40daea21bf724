/** A process that answers every chat completion at once. The argument is the number of deltas of an answer. */

import { createServer, type ServerResponse } from "node:http";

import { serveLocally } from "../bench/serve-locally.ts";

const WORDS = ["To", " be,", " or", " not", " to be."];

const deltaCount = Number(process.argv[2] ?? WORDS.length);

const chunks = [
  ...Array.from({ length: deltaCount }, (_, index) => ({
    choices: [{ index: 0, delta: { content: WORDS[index % WORDS.length] }, finish_reason: null }],
  })),
  { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
  { choices: [], usage: { prompt_tokens: 5, completion_tokens: deltaCount, total_tokens: 5 + deltaCount } },
];
const events = chunks.map(
  (chunk) => `data: ${JSON.stringify({ id: "1", object: "chat.completion.chunk", ...chunk })}\n\n`,
);
events.push("data: [DONE]\n\n");

/** Writes the events one by one, each in a packet of its own, as models do. */
function play(response: ServerResponse, index = 0): void {
  const event = events[index];
  if (event === undefined) response.end();
  else response.write(event, () => play(response, index + 1));
}

const server = createServer((request, response) => {
  request.resume();
  request.on("end", () => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    play(response);
  });
});
server.keepAliveTimeout = 60_000;
await serveLocally(server);
