/** Plays a script on a real connection. */

import type { ServerResponse } from "node:http";
import { pause } from "./pause.ts";
import type { Script, Step } from "./script.ts";

/** Bytes of one write of a flood. */
const FLOOD_CHUNK_BYTES = 64 * 1024;

/** Hears what was played. */
export interface Audience {
  headSent(status: number): void;
  contentSent(): void;
}

/** How a script came to its end: by `end`, by `drop` or `reset`, or because `signal` was aborted. */
export type Curtain = "finished" | "cut" | "stopped";

/** Plays `script` on `response` until its end or until `signal` is aborted. Never rejects. */
export async function playScript(
  script: Script,
  response: ServerResponse,
  signal: AbortSignal,
  audience: Audience,
): Promise<Curtain> {
  const clock = { dueMs: performance.now() };
  for (const step of script.steps) {
    if (signal.aborted) return "stopped";
    const curtain = await playStep(step, response, signal, audience, clock);
    if (curtain !== undefined) return curtain;
  }
  return "stopped";
}

async function playStep(
  step: Step,
  response: ServerResponse,
  signal: AbortSignal,
  audience: Audience,
  clock: { dueMs: number },
): Promise<Curtain | undefined> {
  switch (step.kind) {
    case "head":
      response.writeHead(step.status, step.headers).flushHeaders();
      audience.headSent(step.status);
      return undefined;
    case "send":
      await write(response, step.bytes, signal);
      if (step.part === "content") audience.contentSent();
      return undefined;
    case "wait":
      clock.dueMs += step.ms;
      await pauseUntil(clock.dueMs, signal);
      return undefined;
    case "ping":
      return ping(step.bytes, step.intervalMs, response, signal);
    case "flood":
      await flood(step.byteCount, response, signal);
      return undefined;
    case "hang":
      await pause(undefined, signal);
      return "stopped";
    case "end":
      response.end();
      return "finished";
    case "drop":
      response.socket?.destroySoon();
      return "cut";
    case "reset":
      response.socket?.resetAndDestroy();
      return "cut";
    default:
      return step satisfies never;
  }
}

async function pauseUntil(dueMs: number, signal: AbortSignal): Promise<void> {
  const ms = dueMs - performance.now();
  if (ms > 0) await pause(ms, signal);
}

async function ping(bytes: string, ms: number, response: ServerResponse, signal: AbortSignal): Promise<Curtain> {
  while (!signal.aborted) {
    await write(response, bytes, signal);
    await pause(ms, signal);
  }
  return "stopped";
}

async function flood(byteCount: number, response: ServerResponse, signal: AbortSignal): Promise<void> {
  const chunk = Buffer.alloc(FLOOD_CHUNK_BYTES, "x");
  for (let left = byteCount; left > 0 && !signal.aborted; left -= chunk.length) {
    await write(response, chunk.subarray(0, left), signal);
  }
}

/** Writes and waits until the kernel has it, so that pieces stay apart and nothing piles up here. */
function write(response: ServerResponse, bytes: string | Uint8Array, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const written = (): void => {
      signal.removeEventListener("abort", written);
      resolve();
    };
    signal.addEventListener("abort", written, { once: true });
    response.write(bytes, written);
  });
}
