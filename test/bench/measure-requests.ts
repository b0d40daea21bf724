/**
 * Shows how much memory requests take beside what the gateway reserves for them: `node test/bench/measure-requests.ts`.
 * The estimate must be the larger one.
 */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { create, fromBinary, fromJsonString, type MessageInitShape, toBinary, toJsonString } from "@bufbuild/protobuf";

import { CompleteRequestSchema } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import type { DecodedEstimate } from "../../src/edge/admission/decoded-estimate.ts";
import { estimateJson } from "../../src/edge/admission/estimate-json.ts";
import { estimateMessage } from "../../src/edge/admission/estimate-message.ts";

const COUNT = 100_000;
const MIB = 1024 * 1024;

type RequestInit = MessageInitShape<typeof CompleteRequestSchema>;

const kinds: Readonly<Record<string, RequestInit>> = {
  "empty messages": { messages: Array.from({ length: COUNT }, () => ({})) },
  "messages of a letter": { messages: Array.from({ length: COUNT }, () => ({ role: 1, text: "x" })) },
  "messages of an empty part": { messages: Array.from({ length: COUNT }, () => ({ parts: [{}] })) },
  "empty tools": { tools: Array.from({ length: COUNT }, () => ({})) },
  "stop sequences": { stopSequences: Array.from({ length: COUNT }, (_, index) => `stop ${index}`) },
  labels: { labels: Object.fromEntries(Array.from({ length: COUNT }, (_, index) => [`label ${index}`, "x"])) },
  "a prompt in English": { messages: [{ role: 1, text: "once upon a time ".repeat(COUNT) }] },
  "a prompt in Chinese": { messages: [{ role: 1, text: "从前有一座山".repeat(COUNT) }] },
  "a prompt with one emoji": { messages: [{ role: 1, text: `${"once upon a time ".repeat(COUNT)}🙂` }] },
};

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

function usedBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** What the vendor gets of a request, in the form that every dialect builds: JSON text, then its bytes. */
function translate(request: object): unknown {
  const text = JSON.stringify(request, (_, value: unknown) => (typeof value === "bigint" ? Number(value) : value));
  return [request, text, Buffer.from(text)];
}

/** The median of three rounds: what an earlier one left behind goes in the first. */
function measure(decode: () => object): number {
  const rounds = Array.from({ length: 3 }, () => {
    const beforeBytes = usedBytes();
    const held = [translate(decode())];
    const growthBytes = usedBytes() - beforeBytes;
    held.length = 0;
    return growthBytes;
  });
  return rounds.toSorted((one, other) => one - other)[1] ?? 0;
}

function describe(kind: string, encoding: string, bytes: Uint8Array, decode: () => object, estimate: DecodedEstimate) {
  const realBytes = measure(decode);
  const columns = [kind, encoding, bytes.byteLength, realBytes, estimate.bytes].map((column) =>
    typeof column === "number" ? (column / MIB).toFixed(1) : column,
  );
  return `| ${[...columns, (estimate.bytes / realBytes).toFixed(2)].join(" | ")} |`;
}

process.stdout.write(
  "| request | encoding | MiB | in memory, MiB | estimate, MiB | ratio |\n|---|---|--:|--:|--:|--:|\n",
);
for (const [kind, init] of Object.entries(kinds)) {
  const request = create(CompleteRequestSchema, init);
  const binary = toBinary(CompleteRequestSchema, request);
  const json = Buffer.from(toJsonString(CompleteRequestSchema, request));
  const rows = [
    describe(
      kind,
      "protobuf",
      binary,
      () => fromBinary(CompleteRequestSchema, binary),
      estimateMessage(CompleteRequestSchema, binary),
    ),
    describe(kind, "JSON", json, () => fromJsonString(CompleteRequestSchema, json.toString()), estimateJson(json)),
  ];
  process.stdout.write(`${rows.join("\n")}\n`);
}
