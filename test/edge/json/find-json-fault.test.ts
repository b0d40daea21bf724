import { type DescMessage, fromJson, type JsonValue } from "@bufbuild/protobuf";
import { expect, test } from "vitest";

import { CompareRoutesRequestSchema } from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { CompleteRequestSchema } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import { findJsonFault } from "../../../src/edge/json/find-json-fault.ts";

const SECRET = "my secret";

/** Fields whose name a client made up. */
const MADE_UP = new Set(["workloda", "url", "x".repeat(64), "labels.team", "labels.?"]);

test.each<[string, DescMessage, JsonValue, string, RegExp]>([
  ["an unknown field", CompleteRequestSchema, { workloda: SECRET }, "workloda", /did you mean workload\?/],
  ["one far from any", CompleteRequestSchema, { url: SECRET }, "url", /it has workload, routing, messages/],
  ["a long name, cut", CompleteRequestSchema, { ["x".repeat(100)]: 1 }, "x".repeat(64), /is not a field of/],
  ["a number for a text", CompleteRequestSchema, { workload: 7 }, "workload", /expected string/],
  ["a text for a number", CompleteRequestSchema, { maxOutputTokens: SECRET }, "max_output_tokens", /number \(int32\)/],
  [
    "a number out of range",
    CompleteRequestSchema,
    { maxOutputTokens: 2 ** 40 },
    "max_output_tokens",
    /number \(int32\)/,
  ],
  ["a long number", CompleteRequestSchema, { seed: SECRET }, "seed", /whole number, or a string with one \(int64\)/],
  ["a truth value", CompleteRequestSchema, { reasoning: { include: SECRET } }, "reasoning.include", /true or false/],
  ["a list that is none", CompleteRequestSchema, { messages: SECRET }, "messages", /give a list/],
  ["an item of a list", CompleteRequestSchema, { stop_sequences: ["a", 7] }, "stop_sequences[1]", /expected string/],
  ["null among messages", CompleteRequestSchema, { messages: [{}, null] }, "messages[1]", /understudy.v1.Message/],
  ["a message that is none", CompleteRequestSchema, { messages: [SECRET] }, "messages[0]", /is not an object/],
  [
    "a late item",
    CompleteRequestSchema,
    { stopSequences: [...Array(2_500).fill("a"), 7, 8] },
    "stop_sequences[2500]",
    /string/,
  ],
  ["a map that is none", CompleteRequestSchema, { labels: SECRET }, "labels", /give a JSON object/],
  ["an item of a map", CompleteRequestSchema, { labels: { team: 7 } }, "labels.team", /expected string/],
  ["a key that may be private", CompleteRequestSchema, { labels: { "sk-1": 7 } }, "labels.?", /expected string/],
  [
    "bytes that are not base64",
    CompleteRequestSchema,
    { messages: [{ parts: [{ image: { inline: "%%" } }] }] },
    "messages[0].parts[0].image.inline",
    /base64/,
  ],
  [
    "a length without unit",
    CompleteRequestSchema,
    { routing: { policy: { stallTimeout: 3 } } },
    "routing.policy.stall_timeout",
    /such as "2.5s"/,
  ],
  ["both names of a field", CompleteRequestSchema, { topP: 1, top_p: 1 }, "top_p", /by both of its names/],
  [
    "two of a group",
    CompareRoutesRequestSchema,
    { sampleSet: "a", inline: {} },
    "inline",
    /is given beside sample_set; keep one/,
  ],
  [
    "a fault far inside",
    CompareRoutesRequestSchema,
    { inline: { samples: [{ request: { messages: [{ role: SECRET }] } }] } },
    "inline.samples[0].request.messages[0].role",
    /give one of ROLE_SYSTEM, ROLE_USER/,
  ],
])("finds %s", (_, desc, value, field, description) => {
  expect(() => fromJson(desc, value)).toThrow();
  const fault = findJsonFault(desc, value, "");
  const namedByClient = MADE_UP.has(field) ? true : undefined;
  expect(fault).toEqual({ field, description: expect.stringMatching(description), namedByClient });
  expect(JSON.stringify(fault)).not.toContain("secret");
});

test("finds nothing where the library finds nothing", () => {
  const value: JsonValue = {
    workload: "summaries",
    messages: [
      { role: "ROLE_USER", text: "Hello" },
      { role: 2, parts: [{ text: null, image: { inline: "AQID" } }] },
    ],
    maxOutputTokens: "12",
    top_p: null,
    seed: "42",
    labels: { team: "a" },
    routing: { primary: "a", policy: { stall_timeout: "2.5s" } },
  };
  expect(fromJson(CompleteRequestSchema, value).workload).toBe("summaries");
  expect(findJsonFault(CompleteRequestSchema, value, "")).toBeUndefined();
});

test("names a fault below where the value stands", () => {
  const fault = findJsonFault(CompleteRequestSchema, { messages: [{ txt: 1 }] }, "samples[3]");
  expect(fault?.field).toBe("samples[3].messages[0].txt");
});
