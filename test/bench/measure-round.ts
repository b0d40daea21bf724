/** Measures one way once: runs calls, and takes the CPU that they cost. */

import { type AnswerShapes, deltasOf } from "./answer-shape.ts";
import { cannedText } from "./canned-answer.ts";
import type { LoadResult, Way } from "./load.ts";
import type { Stage, WayName } from "./stage.ts";
import type { AskedAnswer } from "./workload-name.ts";

/** What the client speaks on each way. */
const PROTOCOLS: Readonly<Record<WayName, Way["kind"]>> = {
  direct: "direct",
  relay: "grpc",
  gateway: "grpc",
  door: "openai",
};

export interface RoundOptions {
  readonly way: WayName;
  readonly asked: AskedAnswer;
  readonly calls: number;
  readonly concurrency: number;
}

/** What one round took. A delta is one that the upstream sent, whether or not it reached the client on its own. */
export interface Round {
  /** CPU of the process under test, in microseconds; 0 where there is none. */
  readonly serverUsPerDelta: number;
  /** CPU of the client, in microseconds. */
  readonly clientUsPerDelta: number;
  /** Messages with text that the client got for each delta. */
  readonly messagesPerDelta: number;
  readonly ttftMs: readonly number[];
}

/** Runs the calls of one round. Rejects if any of them fails or gives another text than the upstream sent. */
export async function measureRound(stage: Stage, shapes: AnswerShapes, options: RoundOptions): Promise<Round> {
  const { way, asked, calls, concurrency } = options;
  const { client, servers, urls } = stage;
  const server = servers[way];
  const shape = shapes[asked.shape];
  const deltas = calls * deltasOf(shape);

  const [serverBefore, clientBefore] = await Promise.all([server?.use(), client.use()]);
  const { ttftMs, pieces } = await client.ask<LoadResult>({
    kind: "load",
    way: { kind: PROTOCOLS[way], url: urls[way] },
    asked,
    calls,
    concurrency,
    text: cannedText(shape),
  });
  const [serverAfter, clientAfter] = await Promise.all([server?.use(), client.use()]);
  const perDelta = (after = 0, before = 0): number => ((after - before) * 1_000) / deltas;
  return {
    serverUsPerDelta: perDelta(serverAfter?.cpuMs, serverBefore?.cpuMs),
    clientUsPerDelta: perDelta(clientAfter.cpuMs, clientBefore.cpuMs),
    messagesPerDelta: pieces / deltas,
    ttftMs,
  };
}
