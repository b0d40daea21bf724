/**
 * A process: an upstream that answers in both dialects at next to no cost, each model name a shape of answers. The
 * shapes are the first argument, as JSON.
 */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

import type { AnswerShape, AnswerShapes } from "./answer-shape.ts";
import { type CannedAnswer, type DialectName, makeCannedAnswer } from "./canned-answer.ts";
import { serveLocally } from "./serve-locally.ts";

type Play = (response: ServerResponse) => void;

const shapes: AnswerShapes = JSON.parse(process.argv[2] ?? "{}");
const plays: Readonly<Record<DialectName, ReadonlyMap<string, Play>>> = {
  "openai-chat": makePlays("openai-chat"),
  "anthropic-messages": makePlays("anthropic-messages"),
};
let answerCount = 0;
const server = createServer((request, response) => void answer(request, response));
server.keepAliveTimeout = 60_000;
await serveLocally(server);

function makePlays(dialect: DialectName): ReadonlyMap<string, Play> {
  return new Map(
    Object.entries(shapes).map(([name, shape]) => [name, makePlay(shape, makeCannedAnswer(dialect, shape))]),
  );
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const dialect = request.url?.endsWith("/messages") ? "anthropic-messages" : "openai-chat";
  const { model }: { model: string } = JSON.parse(await text(request));
  const play = plays[dialect].get(model);
  if (play === undefined) {
    response.writeHead(404, { "content-type": "application/json" }).end("{}");
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  play(response);
}

function makePlay(shape: AnswerShape, canned: CannedAnswer): Play {
  if (shape.kind === "silent") return (response) => void response.write(canned.head);
  if (shape.kind === "paced") return (response) => playPaced(response, canned, shape.everyMs);
  const whole = Buffer.concat([canned.head, ...canned.deltas, canned.tail]);
  return (response) => void response.end(whole);
}

function playPaced(response: ServerResponse, { head, deltas, tail }: CannedAnswer, everyMs: number): void {
  response.write(head);
  let next = 0;
  const say = (): void => {
    const delta = deltas[next++];
    if (delta === undefined) {
      response.end(tail);
      return;
    }
    response.write(delta);
    timer = setTimeout(say, everyMs);
  };
  // Calls that begin together must not go on together, or what they write would be joined on its way.
  let timer = setTimeout(say, 1 + (answerCount++ % everyMs));
  response.once("close", () => clearTimeout(timer));
}
