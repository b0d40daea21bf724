/** Recorded answers of vendors, from their bytes to a client, by gRPC, Connect and the OpenAI door. */

import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type FinishReason, Role } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { CAPTURES, type Capture, finishOf, readCapture } from "../provider/read-captures.ts";
import { createConnectClient } from "./clients/connect.ts";
import { createGrpcJsClient } from "./clients/grpc-js.ts";
import type { ScenarioClient, Told } from "./clients/scenario-client.ts";
import { type Gateway, startGateway } from "./start-gateway.ts";

let server: Server;
let gateway: Gateway;
let grpc: ScenarioClient;
let connect: ScenarioClient;

/** Something for each recording, by the name of its workload. */
function each<T>(make: (capture: Capture, name: string) => T): Record<string, T> {
  return Object.fromEntries(CAPTURES.map((capture) => [workloadOf(capture), make(capture, workloadOf(capture))]));
}

const workloadOf = ({ file }: Capture): string => file.split("-")[0] ?? file;

beforeAll(async () => {
  const byWorkload = new Map(CAPTURES.map((capture) => [workloadOf(capture), capture]));
  server = createServer((request, response) => {
    request.resume();
    const capture = byWorkload.get(request.url?.split("/")[1] ?? "");
    if (capture === undefined) return void response.writeHead(404).end();
    response.writeHead(capture.status, { "content-type": capture.headers["content-type"] ?? "text/event-stream" });
    response.end(readCapture(capture.file));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  gateway = await startGateway({
    providers: each(({ dialect }, name) => ({
      platform: "compatible",
      dialect,
      endpoint: `http://127.0.0.1:${port}/${name}`,
    })),
    routes: each((_, name) => ({ provider: name, model: "recorded" })),
    workloads: each((_, name) => ({ primary: name })),
  });
  grpc = createGrpcJsClient(gateway.url);
  connect = createConnectClient(gateway.url);
});

afterAll(async () => {
  grpc.close();
  connect.close();
  await gateway.stop();
  server.closeAllConnections();
  server.close();
});

const ASK = { messages: [{ role: Role.USER, text: "What?" }] };

function told({ events, error }: Told): { text: string; calls: string[]; finish: FinishReason | undefined } {
  if (error !== undefined) throw error;
  let text = "";
  const calls: string[] = [];
  let finish: FinishReason | undefined;
  for (const { message } of events) {
    const { event } = message;
    if (event.case === "textDelta") text += event.value.text;
    if (event.case === "toolCall") calls.push(event.value.name);
    if (event.case === "completed") finish = event.value.finishReason;
  }
  return { text, calls, finish };
}

interface Chunk {
  readonly error?: { readonly message: string };
  readonly choices?: readonly {
    readonly delta: {
      readonly content?: string | null;
      readonly tool_calls?: readonly { readonly function: { readonly name: string } }[];
    };
  }[];
}

async function throughDoor(model: string): Promise<{ text: string; calls: string[] }> {
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model, messages: [{ role: "user", content: "What?" }], stream: true }),
  });
  let text = "";
  const calls: string[] = [];
  for (const [, data = ""] of (await response.text()).matchAll(/^data: (\{.*)$/gm)) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the door's own chunks
    const chunk = JSON.parse(data) as Chunk;
    if (chunk.error !== undefined) throw new Error(chunk.error.message);
    for (const { delta } of chunk.choices ?? []) {
      text += delta.content ?? "";
      calls.push(...(delta.tool_calls ?? []).map((call) => call.function.name));
    }
  }
  return { text, calls };
}

const ANSWERS = CAPTURES.filter(({ expected }) => expected?.error === null);
const FAILURES = CAPTURES.filter(({ expected }) => expected?.error !== null);

describe("reaches a client as it was recorded:", () => {
  test.each(ANSWERS.map((capture) => [capture.file, capture] as const))("%s", async (_file, capture) => {
    const { expected } = capture;
    const workload = workloadOf(capture);
    const calls = (expected?.calls ?? []).filter(({ broken }) => !broken).map(({ name }) => name);
    const answer = { text: expected?.text, calls, finish: finishOf(capture) };
    expect(told(await grpc.stream({ ...ASK, workload }))).toEqual(answer);
    expect(told(await connect.stream({ ...ASK, workload }))).toEqual(answer);
    expect(await throughDoor(workload)).toEqual({ text: answer.text, calls });
  });
});

test.each(FAILURES.map((capture) => [capture.file, capture] as const))(
  "%s fails, and says that the model did",
  async (_file, capture) => {
    const { error } = await grpc.stream({ ...ASK, workload: workloadOf(capture) });
    expect(error?.message).toContain("tool_use_failed");
  },
);
