/** An upstream that takes its time: a word now and then, for some seconds. */

import { createServer } from "node:http";

import { DONE, makeChunk, STOP } from "./hostile/chat-events.ts";

const WORD_COUNT = 25;

const WORDS = Array.from({ length: WORD_COUNT }, (_, index) => `word ${index} `);

/** What it says. */
export const STEADY_TEXT = WORDS.join("");

export interface SteadyUpstreamOptions {
  /** Between two words, in milliseconds. Default 200. */
  readonly paceMs?: number;
}

export interface SteadyUpstream {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Calls that came so far. */
  readonly callCount: () => number;
  /** Stands still, as on a machine that sleeps, until `wake`. */
  sleep(): void;
  wake(): void;
  stop(): Promise<void>;
}

/** Starts the upstream. A call to a path that begins with `/silent` gets no answer. */
export async function startSteadyUpstream({ paceMs = 200 }: SteadyUpstreamOptions = {}): Promise<SteadyUpstream> {
  let callCount = 0;
  let asleep = false;
  const server = createServer((request, response) => {
    callCount += 1;
    request.resume();
    if (request.url?.startsWith("/silent") === true) return;
    response.writeHead(200, { "content-type": "text/event-stream" });
    const words = WORDS.values();
    const timer = setInterval(() => {
      if (asleep) return;
      const { value: word } = words.next();
      if (word === undefined) response.end(STOP + DONE);
      else response.write(makeChunk({ content: word }));
    }, paceMs);
    response.on("close", () => clearInterval(timer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    callCount: () => callCount,
    sleep: () => void (asleep = true),
    wake: () => void (asleep = false),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
