/** Answers one request to a simulated model. */

import type { IncomingMessage, ServerResponse } from "node:http";
import { InvalidAsk } from "./answer/ask.ts";
import type { Manner } from "./answer/manner.ts";
import { JsonField } from "./dialect/json-field.ts";
import type { Problem } from "./dialect/request-problem.ts";
import type { Stamp } from "./dialect/simulated-dialect.ts";
import { applyFaults } from "./fault/apply-faults.ts";
import type { FaultBoard } from "./fault/fault-board.ts";
import { parseBehaviour, UnknownFault } from "./fault/parse-behaviour.ts";
import type { Entrance } from "./find-entrance.ts";
import { readBody } from "./read-body.ts";
import type { OpenRequest, RequestLog } from "./request-log.ts";
import { pause } from "./script/pause.ts";
import { playScript } from "./script/play-script.ts";
import { makeProblemScript } from "./script/problem-script.ts";
import type { Script } from "./script/script.ts";
import { findRefusal } from "./vendor/vendor-rules.ts";

/** What all calls of a simulator share. */
export interface Desk {
  readonly log: RequestLog;
  readonly board: FaultBoard;
  /** How a model without faults answers. */
  readonly healthy: Manner;
  readonly pingIntervalMs: number;
  /** Key that requests must bring; undefined: none. */
  readonly apiKey: string | undefined;
  /** Aborted when the simulator closes. */
  readonly closing: AbortSignal;
  nextNumber(): number;
}

/** Answers one request. Rejects only if the client closes before its request is whole. */
export async function serveCall(
  desk: Desk,
  entrance: Entrance,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const bytes = await readBody(request);
  const open = openRequest(desk.nextNumber(), request, bytes);
  desk.log.begin(open);
  await play(desk, writeScript(desk, entrance, open, bytes), open, response);
}

/** Plays the script and writes down how the request ends. */
async function play(desk: Desk, script: Script, open: OpenRequest, response: ServerResponse): Promise<void> {
  const stop = new AbortController();
  const onClosing = (): void => {
    desk.log.end(open, "cut");
    stop.abort();
  };
  desk.closing.addEventListener("abort", onClosing, { once: true });
  response.on("finish", () => desk.log.end(open, "finished"));
  response.on("close", () => {
    desk.log.end(open, "clientClosed");
    void pause(script.outlivesClientMs, desk.closing).then(() => stop.abort());
  });
  // Writing behind the client's back fails, and is meant to.
  response.on("error", () => undefined);
  const curtain = await playScript(script, response, stop.signal, {
    headSent: (status) => {
      open.status = status;
      desk.log.changed();
    },
    contentSent: () => {
      if (response.closed) open.latePieces++;
      else open.sentPieces++;
      desk.log.changed();
    },
  });
  desk.closing.removeEventListener("abort", onClosing);
  if (curtain === "cut") desk.log.end(open, "cut");
}

function writeScript(desk: Desk, entrance: Entrance, open: OpenRequest, bytes: Buffer | undefined): Script {
  const { dialect, isAzure, deployment, vendor } = entrance;
  const stamp: Stamp = { number: open.number, model: "", createdS: Math.floor(open.atMs / 1_000), isAzure };
  const refuse = (problem: Problem): Script => makeProblemScript(dialect, stamp, problem);

  if (open.method !== "POST") return refuse({ kind: "status", status: 405 });
  if (desk.apiKey !== undefined && !bringsKey(open, desk.apiKey)) return refuse({ kind: "unauthorized" });
  if (bytes === undefined) return refuse({ kind: "status", status: 413 });
  const refusal = findRefusal(vendor, new JsonField(open.body));
  if (refusal !== undefined) return refuse({ kind: "invalid", message: refusal });
  try {
    const ask = dialect.readAsk(new JsonField(open.body), {
      deployment,
      version: open.headers["anthropic-version"] ?? "",
    });
    open.imageCount = ask.imageCount;
    const { model, faults } = parseBehaviour(ask.model);
    const chosen = [...faults, ...desk.board.get(ask.model, model)];
    const number = desk.board.visit(ask.model);
    const { pingIntervalMs } = desk;
    return applyFaults({ ask, dialect, stamp: { ...stamp, model }, number, pingIntervalMs }, chosen, desk.healthy);
  } catch (error) {
    if (error instanceof InvalidAsk || error instanceof UnknownFault) {
      return refuse({ kind: "invalid", message: error.message });
    }
    throw error;
  }
}

function openRequest(number: number, request: IncomingMessage, bytes: Buffer | undefined): OpenRequest {
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
  return {
    number,
    method: request.method ?? "",
    path: request.url ?? "",
    headers: Object.fromEntries(headers),
    body: parse(bytes?.toString() ?? ""),
    bodyBytes: bytes?.length ?? 0,
    atMs: Date.now(),
    status: undefined,
    imageCount: undefined,
    sentPieces: 0,
    latePieces: 0,
    end: { kind: "open" },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Each vendor and platform has its own header for the key. */
function bringsKey({ headers }: OpenRequest, key: string): boolean {
  return [headers["x-api-key"], headers["api-key"], headers["authorization"]].some(
    (value) => value === key || value === `Bearer ${key}`,
  );
}
