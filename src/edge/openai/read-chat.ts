/** Reads the body of a chat completion as a request of the API. */

import { create, type MessageInitShape } from "@bufbuild/protobuf";

import {
  type CompleteRequest,
  CompleteRequestSchema,
  Verbosity,
} from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import { makeInvalidRequest } from "../../call/invalid-request.ts";
import type { JsonObject } from "../../call/json-object.ts";
import { CallRefused } from "../../call/refusal.ts";
import { Violations } from "../../service/validation/violations.ts";
import { JsonFields } from "../door/json-fields.ts";
import { type KindOf, readRouting } from "../door/read-routing.ts";
import { readDialectFields } from "./read-dialect-fields.ts";
import { readLabels } from "./read-labels.ts";
import { readMessages } from "./read-messages.ts";
import { readReasoning } from "./read-reasoning.ts";
import { readResponseFormat } from "./read-response-format.ts";
import { readToolChoice, readTools } from "./read-tools.ts";
import { refuseUncarried } from "./refuse-uncarried.ts";

/** Largest number of tokens that the API can say. */
const MAX_INT32 = 2_147_483_647;

/** A chat completion that a client asked for. */
export interface Chat {
  readonly request: CompleteRequest;
  /** Whether the answer comes in events. */
  readonly streams: boolean;
  /** Whether a stream ends with the usage. */
  readonly includesUsage: boolean;
}

/**
 * Reads a body. Fields that only routes of the same wire format know go to those as they are; those that would change
 * the answer and are not carried are refused by name. Throws `CallRefused`.
 */
export function readChat(body: JsonObject, kindOf: KindOf): Chat {
  const violations = new Violations();
  const chat = new JsonFields(body, "", violations);
  refuseUncarried(chat);
  const { workload, routing } = readRouting(chat, kindOf);
  const toolChoice = readToolChoice(chat);
  const responseFormat = readResponseFormat(chat);
  const reasoning = readReasoning(chat);
  const request = create(CompleteRequestSchema, {
    workload,
    ...(routing && { routing }),
    messages: readMessages(chat),
    ...readSampling(chat),
    stopSequences: readStop(chat),
    tools: readTools(chat),
    ...(toolChoice && { toolChoice }),
    ...(responseFormat && { responseFormat }),
    ...(reasoning && { reasoning }),
    ...readOptions(chat),
    dialectFields: readDialectFields(chat),
    labels: readLabels(chat),
  });
  const streams = chat.boolean("stream") ?? false;
  const includesUsage = chat.object("stream_options")?.boolean("include_usage") ?? false;
  if (violations.list.length > 0) throw new CallRefused(makeInvalidRequest(violations.list));
  return { request, streams, includesUsage };
}

type SamplingInit = Pick<
  MessageInitShape<typeof CompleteRequestSchema>,
  "maxOutputTokens" | "temperature" | "topP" | "seed" | "frequencyPenalty" | "presencePenalty"
>;

function readSampling(chat: JsonFields): SamplingInit {
  const seed = chat.integer("seed", Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  const temperature = chat.number("temperature");
  const topP = chat.number("top_p");
  const frequencyPenalty = chat.number("frequency_penalty");
  const presencePenalty = chat.number("presence_penalty");
  const maxOutputTokens =
    chat.integer("max_completion_tokens", 1, MAX_INT32) ?? chat.integer("max_tokens", 1, MAX_INT32);
  return {
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(seed !== undefined && { seed: BigInt(seed) }),
    ...(frequencyPenalty !== undefined && { frequencyPenalty }),
    ...(presencePenalty !== undefined && { presencePenalty }),
  };
}

const VERBOSITIES: ReadonlyMap<string, Verbosity> = new Map([
  ["low", Verbosity.LOW],
  ["medium", Verbosity.MEDIUM],
  ["high", Verbosity.HIGH],
]);

function readOptions(
  chat: JsonFields,
): Pick<MessageInitShape<typeof CompleteRequestSchema>, "verbosity" | "serviceTier" | "promptCacheKey"> {
  const word = chat.string("verbosity");
  const verbosity = word === undefined ? Verbosity.UNSPECIFIED : VERBOSITIES.get(word);
  if (verbosity === undefined) chat.refuse("verbosity", "is not known", "use low, medium or high");
  return {
    verbosity: verbosity ?? Verbosity.UNSPECIFIED,
    serviceTier: chat.string("service_tier") ?? "",
    promptCacheKey: chat.string("prompt_cache_key") ?? "",
  };
}

function readStop(chat: JsonFields): string[] {
  const given = chat.get("stop");
  return typeof given === "string" ? [given] : [...chat.strings("stop")];
}
