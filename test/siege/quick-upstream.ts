/** A process that answers every chat completion with a few words at once. Prints where it listens. */

import { createServer } from "node:http";

const WORDS = ["To", " be,", " or", " not", " to be."];

const chunks = [
  ...WORDS.map((content) => ({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })),
  { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
  { choices: [], usage: { prompt_tokens: 5, completion_tokens: 5, total_tokens: 10 } },
];
const events = chunks.map((chunk) => `data: ${JSON.stringify({ id: "1", object: "chat.completion.chunk", ...chunk })}\n\n`);
const answer = `${events.join("")}data: [DONE]\n\n`;

const server = createServer((request, response) => {
  request.resume();
  request.on("end", () => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end(answer);
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the upstream has no port");
  console.log(`listening on http://127.0.0.1:${address.port}`);
});
process.on("disconnect", () => process.exit());
