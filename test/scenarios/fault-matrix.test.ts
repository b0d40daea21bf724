/** Every fault in every phase of an answer, in both dialects, over gRPC and Connect. */

import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createConnectClient } from "./clients/connect.ts";
import { createGrpcJsClient } from "./clients/grpc-js.ts";
import type { ScenarioClient } from "./clients/scenario-client.ts";
import type { Dialect } from "./make-config.ts";
import { type Cell, cellsOf, makeWorkload, requestOf } from "./matrix/cell.ts";
import { describeTold } from "./matrix/describe-told.ts";
import { expectCell } from "./matrix/expect-cell.ts";
import { formatMatrix } from "./matrix/format-matrix.ts";
import { requestsOf } from "./requests-of.ts";
import { ask, expectWell, type Stage, startStage } from "./stage.ts";

/** Cells that run at the same time: most of the slow ones only wait for a limit to pass. */
const CONCURRENT_COUNT = 24;

/** Longest time until the upstream requests of a call that has ended are closed, in milliseconds. */
const CLOSE_WITHIN_MS = 1_000;

const DIALECTS: readonly Dialect[] = ["openai-chat", "anthropic-messages"];
const CLIENTS = ["gRPC", "Connect"] as const;
const CELLS = DIALECTS.flatMap(cellsOf);

vi.setConfig({ maxConcurrency: CONCURRENT_COUNT });

let stage: Stage;
let connectClient: ScenarioClient;
const happened = new Map<Cell, string[]>();

beforeAll(async () => {
  const workloads = CLIENTS.flatMap((client) => CELLS.map((cell) => makeWorkload(workloadName(client, cell), cell)));
  stage = await startStage(createGrpcJsClient, workloads);
  connectClient = createConnectClient(stage.gateway.url);
});

afterAll(async () => {
  connectClient?.close();
  await stage?.close();
  for (const dialect of DIALECTS) {
    const cells = CELLS.filter((cell) => cell.dialect === dialect);
    const seen = (fault: string, phase: Cell["phase"]): string[] =>
      cells.filter((cell) => cell.fault === fault && cell.phase === phase).flatMap((cell) => happened.get(cell) ?? []);
    process.stdout.write(`\n${formatMatrix(dialect, seen)}\n`);
  }
});

describe.concurrent.each(CLIENTS)("%s", (protocol) => {
  describe.concurrent.each(DIALECTS)("%s", (dialect) => {
    const cells = CELLS.filter((cell) => cell.dialect === dialect);
    test.for(cells.map((cell) => ({ name: `${cell.fault}, ${cell.phase.name}`, cell })))("$name", async ({ cell }) => {
      const client = protocol === "gRPC" ? stage.client : connectClient;
      const workload = workloadName(protocol, cell);
      const told = await client.stream(ask(workload, requestOf(cell)));
      happened.set(cell, [...(happened.get(cell) ?? []), describeTold(told)]);
      expectCell(cell, told);
      expect(requestsOf(stage, workload)).toHaveLength(reachedCount(cell));
      await stage.simulator.until(
        () => requestsOf(stage, workload).every(({ end }) => end.kind !== "open"),
        CLOSE_WITHIN_MS,
      );
    });
  });
});

test("the gateway is well after all that", () => expectWell(stage));

/** Each attempt is one request, but nobody is reached where nothing listens. */
function reachedCount({ expected, incident }: Cell): number {
  return expected.attempts.filter((attempt) => !(incident.refused === true && attempt.startsWith("primary"))).length;
}

function workloadName(client: (typeof CLIENTS)[number], cell: Cell): string {
  return `m${CELLS.indexOf(cell)}-${client.toLowerCase()}`;
}
