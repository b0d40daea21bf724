/** A process: the client, which loads the upstream, the relay or the gateway as the bench asks it to. */

import { type ClientHttp2Session, connect } from "node:http2";

import { answerParent } from "./answer-parent.ts";
import { type AskOptions, askUpstream, createAgent } from "./ask-upstream.ts";
import { streamGrpc } from "./grpc-stream.ts";
import type { Hold, Load, LoadResult, Way } from "./load.ts";
import { type AskedAnswer, makeWorkloadName } from "./workload-name.ts";

/** Connections to a relay or gateway, as of a few services. Each carries at most 1,000 streams. */
const SESSIONS = 4;

/** Larger than the default of 64 KiB, as in gRPC libraries: the window must not be what limits. */
const WINDOW_BYTES = 4 * 1024 * 1024;

/** Streams that are opened at the same time when many are held. */
const OPENING = 100;

type OnText = (text: string) => void;

const agent = createAgent();
const sessionsByUrl = new Map<string, readonly ClientHttp2Session[]>();

answerParent<Load>("load", async ({ way, asked, calls, concurrency, text }): Promise<LoadResult> => {
  const ttftMs: number[] = [];
  let pieces = 0;
  await runMany(calls, concurrency, async (index) => {
    const startedAtMs = performance.now();
    const texts: string[] = [];
    await call(way, asked, index, (piece) => {
      if (texts.length === 0) ttftMs.push(performance.now() - startedAtMs);
      texts.push(piece);
    });
    pieces += texts.length;
    if (texts.join("") !== text) throw new Error("an answer came with another text than the upstream sent");
  });
  return { ttftMs, pieces };
});

answerParent<Hold>("hold", async ({ way, asked, calls }) => {
  await runMany(calls, OPENING, (index) => opened(way, asked, index));
  return {};
});

process.channel?.ref();

/** Runs `calls` calls, `concurrency` of them at a time. */
async function runMany(calls: number, concurrency: number, run: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const runSome = async (): Promise<void> => {
    while (next < calls) await run(next++);
  };
  await Promise.all(Array.from({ length: Math.min(calls, concurrency) }, runSome));
}

/** Resolves when the first text of a call has come; the call goes on. */
function opened(way: Way, asked: AskedAnswer, index: number): Promise<void> {
  return new Promise((resolve, reject) => {
    call(way, asked, index, () => resolve()).catch(reject);
  });
}

function call(way: Way, asked: AskedAnswer, index: number, onText: OnText): Promise<void> {
  const { kind, url } = way;
  switch (kind) {
    case "direct":
      return callModel({ baseUrl: url, dialect: asked.dialect, model: asked.shape, onText });
    case "openai":
      return callModel({ baseUrl: url, dialect: "openai-chat", model: makeWorkloadName(asked), onText });
    case "grpc":
      return callGrpc(url, asked, index, onText);
    default:
      return kind satisfies never;
  }
}

function callModel(options: Pick<AskOptions, "baseUrl" | "dialect" | "model" | "onText">): Promise<void> {
  const { signal } = new AbortController();
  return new Promise((resolve, reject) => {
    const onEnd = (fault: Error | undefined): void => (fault === undefined ? resolve() : reject(fault));
    askUpstream({ ...options, agent, signal, onEnd });
  });
}

async function callGrpc(url: string, asked: AskedAnswer, index: number, onText: OnText): Promise<void> {
  const sessions = sessionsOf(url);
  const session = sessions[index % sessions.length];
  if (session === undefined) throw new Error("there are no connections");
  let completed = false;
  await streamGrpc(session, makeWorkloadName(asked), ({ event }) => {
    if (event.case === "textDelta") onText(event.value.text);
    if (event.case === "completed") completed = true;
  });
  if (!completed) throw new Error("an answer ended without completed");
}

function sessionsOf(url: string): readonly ClientHttp2Session[] {
  const known = sessionsByUrl.get(url);
  if (known !== undefined) return known;
  const sessions = Array.from({ length: SESSIONS }, () => openSession(url));
  sessionsByUrl.set(url, sessions);
  return sessions;
}

function openSession(url: string): ClientHttp2Session {
  const session = connect(url, { settings: { initialWindowSize: WINDOW_BYTES } });
  session.once("connect", () => session.setLocalWindowSize(WINDOW_BYTES));
  // The calls of a connection that breaks say so themselves.
  session.on("error", () => {});
  return session;
}
