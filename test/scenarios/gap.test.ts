import { durationMs } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createConnectClient, createGrpcWebClient } from "./clients/connect.ts";
import { createGrpcJsClient } from "./clients/grpc-js.ts";
import type { CreateClient, ScenarioClient, Told } from "./clients/scenario-client.ts";
import type { WorkloadSetup } from "./make-config.ts";
import { readStream } from "./read-stream.ts";
import { ask, expectWell, type Stage, startStage } from "./stage.ts";

/** Longest gap in the text of the primary, in milliseconds. */
const STALL_LIMIT_MS = 600;

/** From the backup's headers to its first token, in milliseconds. */
const BACKUP_FIRST_TOKEN_MS = 200;

/** What a switch may add to the limits that it waits for, on a machine that is busy with other tests. */
const ADDED_MS = 250;

/** How much later than the other one of two events may be seen, in milliseconds. */
const JITTER_MS = 20;

const backup = { dialect: "anthropic-messages", faults: `slow-first=${BACKUP_FIRST_TOKEN_MS}` } as const;

function breaks(name: string, faults: string): WorkloadSetup {
  const policy = { stall_timeout: `${STALL_LIMIT_MS}ms`, first_token_timeout: "5s" };
  return { name, policy, routes: [{ dialect: "openai-chat", faults: `rate=100+${faults}` }, backup] };
}

let stage: Stage;
beforeAll(async () => {
  stage = await startStage(createGrpcJsClient, [
    { name: "backup", routes: [backup] },
    breaks("stalls", "stall=30"),
    breaks("pings", "stall-pings=30"),
    breaks("ends", "cut=30"),
    breaks("closes", "fin=30"),
    breaks("resets", "rst=30"),
  ]);
});
afterAll(() => stage?.close());

interface Gap {
  /** From the last text of the primary to the first of the backup, as the client saw them. */
  readonly seenMs: number;
  /** The same, as the switch tells it. */
  readonly toldMs: number;
}

function gapOf(told: Told): Gap {
  const texts = told.events.filter(({ message }) => message.event.case === "textDelta");
  const first = texts.findIndex(({ message }) => message.attempt === 2);
  const gap = readStream(told).switches[0]?.value.gap;
  const [before, after] = [texts[first - 1], texts[first]];
  if (before === undefined || after === undefined || gap === undefined) throw new Error("there was no switch");
  return { seenMs: after.atMs - before.atMs, toldMs: durationMs(gap) };
}

/** From the start of a call to its first text, when the backup is asked alone. */
async function measureBackup(client: ScenarioClient): Promise<number> {
  await client.stream(ask("well")); // connects
  const startedAtMs = performance.now();
  const { events } = await client.stream(ask("backup"));
  const first = events.find(({ message }) => message.event.case === "textDelta");
  return (first?.atMs ?? Number.NaN) - startedAtMs;
}

const clients: readonly { client: string; createClient: CreateClient }[] = [
  { client: "@grpc/grpc-js", createClient: createGrpcJsClient },
  { client: "Connect", createClient: createConnectClient },
  { client: "gRPC-Web", createClient: createGrpcWebClient },
];

describe.each(clients)("$client sees a gap", ({ client, createClient }) => {
  let own: ScenarioClient;
  let backupMs: number;
  beforeAll(async () => {
    own = createClient(stage.gateway.url);
    backupMs = await measureBackup(own);
  });
  afterAll(() => own?.close());

  test.concurrent.for([
    ["stalls", STALL_LIMIT_MS],
    ["pings", STALL_LIMIT_MS],
    ["ends", 0],
    ["closes", 0],
    ["resets", 0],
  ] as const)("of the limit and the backup's first token when the primary %s", async ([workload, limitMs]) => {
    const { seenMs, toldMs } = gapOf(await own.stream(ask(workload)));
    const parts = `limit ${limitMs} ms + backup's first token ${Math.round(backupMs)} ms`;
    console.log(`${client}, the primary ${workload}: gap ${Math.round(seenMs)} ms (told ${toldMs} ms) = ${parts}`);
    expect(seenMs).toBeGreaterThanOrEqual(limitMs - JITTER_MS);
    expect(seenMs).toBeLessThan(limitMs + backupMs + ADDED_MS);
    expect(Math.abs(seenMs - toldMs)).toBeLessThan(ADDED_MS);
  });
});

test("the gateway is well after all that", () => expectWell(stage));
