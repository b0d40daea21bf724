/** Writes a request for Chat Completions. */

import { PrefillForm } from "../../../../gen/ts/understudy/config/v1/config_pb.ts";
import { type CompleteRequest, Verbosity } from "../../../../gen/ts/understudy/v1/completion_service_pb.ts";
import {
  ReasoningOptions_Effort as Effort,
  type ResponseFormat,
  type Tool,
  type ToolChoice,
  ToolChoice_Mode,
} from "../../../../gen/ts/understudy/v1/conversation_pb.ts";
import { type JsonObject } from "../../../call/json-object.ts";
import type { ContinuationRequest } from "../../../call/upstream.ts";
import { makeCacheKey } from "../../fit/cache-key.ts";
import type { FittedRequest } from "../../fit/fit-request.ts";
import type { RouteSettings } from "../../settings.ts";
import { makeDialectFields } from "../dialect-fields.ts";
import { parseObject } from "../json-values.ts";
import { type ChatMessage, makeMessages } from "./messages.ts";

/** The body, as far as it is used. https://platform.openai.com/docs/api-reference/chat/create */
export interface ChatBody {
  model: string;
  messages: ChatMessage[];
  stream: true;
  stream_options?: { include_usage: true };
  max_completion_tokens?: number;
  max_tokens?: number;
  temperature?: number;
  top_p?: number;
  stop?: string[];
  seed?: number;
  random_seed?: number;
  frequency_penalty?: number;
  presence_penalty?: number;
  verbosity?: "low" | "medium" | "high";
  service_tier?: string;
  prompt_cache_key?: string;
  tools?: ChatTool[];
  tool_choice?: ChatToolChoice;
  parallel_tool_calls?: boolean;
  response_format?: ChatResponseFormat;
  reasoning_effort?: "none" | "minimal" | "low" | "medium" | "high" | "xhigh";
  /** vLLM and SGLang. */
  continue_final_message?: true;
  add_generation_prompt?: false;
}

interface ChatTool {
  type: "function";
  function: { name: string; description?: string; parameters: JsonObject; strict?: boolean };
}

type ChatToolChoice = "auto" | "none" | "required" | { type: "function"; function: { name: string } };

type ChatResponseFormat =
  | { type: "json_object" }
  | { type: "json_schema"; json_schema: { name: string; schema: JsonObject; strict: boolean } };

/** Name of a schema that the caller did not name. */
const SCHEMA_NAME = "answer";

/** The two names of the limit of tokens: a server that refuses one knows the other. */
const OTHER_NAME = { max_tokens: "max_completion_tokens", max_completion_tokens: "max_tokens" } as const;

/** Makes the body. Throws if a JSON string of the request is not JSON. */
export function makeBody(fitted: FittedRequest, settings: RouteSettings): ChatBody {
  const { request, maxOutputTokens, continuation, without } = fitted;
  const { rules, vendorDialect } = settings;
  const body: ChatBody = {
    ...makeDialectFields(request, "openai-chat"),
    model: settings.model,
    messages: makeMessages(fitted, settings),
    stream: true,
  };
  if (!without.has("stream_options")) body.stream_options = { include_usage: true };
  const name = rules.maxTokensName ?? vendorDialect.maxTokensName;
  if (maxOutputTokens !== undefined) body[without.has("max_output_tokens") ? OTHER_NAME[name] : name] = maxOutputTokens;
  addSampling(body, request, vendorDialect.seedName);
  addOptions(body, fitted, settings);
  addTools(body, request);
  addReasoning(body, request, settings);
  const responseFormat = makeResponseFormat(request.responseFormat);
  if (responseFormat !== undefined) body.response_format = responseFormat;
  if (continuation !== undefined) addContinuation(body, continuation, settings.prefillForm);
  return body;
}

function addSampling(body: ChatBody, request: CompleteRequest, seedName: "seed" | "random_seed"): void {
  if (request.temperature !== undefined) body.temperature = request.temperature;
  if (request.topP !== undefined) body.top_p = request.topP;
  if (request.stopSequences.length > 0) body.stop = request.stopSequences;
  if (request.seed !== undefined) body[seedName] = Number(request.seed);
  if (request.frequencyPenalty !== undefined) body.frequency_penalty = request.frequencyPenalty;
  if (request.presencePenalty !== undefined) body.presence_penalty = request.presencePenalty;
}

const VERBOSITY: Readonly<Record<number, ChatBody["verbosity"]>> = {
  [Verbosity.LOW]: "low",
  [Verbosity.MEDIUM]: "medium",
  [Verbosity.HIGH]: "high",
};

function addOptions(body: ChatBody, fitted: FittedRequest, { cachesByKey }: RouteSettings): void {
  const { request, cache, without } = fitted;
  const verbosity = VERBOSITY[request.verbosity];
  if (verbosity !== undefined) body.verbosity = verbosity;
  if (request.serviceTier !== "") body.service_tier = request.serviceTier;
  if (request.promptCacheKey !== "") body.prompt_cache_key = request.promptCacheKey;
  else if (cachesByKey && cache === "auto" && !without.has("prompt_cache_key"))
    body.prompt_cache_key = makeCacheKey(request.messages);
}

function addTools(body: ChatBody, request: CompleteRequest): void {
  if (request.tools.length === 0) return;
  body.tools = request.tools.map(makeTool);
  const choice = makeToolChoice(request.toolChoice);
  if (choice !== undefined) body.tool_choice = choice;
  const parallelCalls = request.toolChoice?.parallelCalls;
  if (parallelCalls !== undefined) body.parallel_tool_calls = parallelCalls;
}

function makeTool({ name, description, schemaJson, strict }: Tool): ChatTool {
  return {
    type: "function",
    function: {
      name,
      ...(description !== "" && { description }),
      parameters: parseObject(schemaJson),
      ...(strict !== undefined && { strict }),
    },
  };
}

function makeToolChoice(toolChoice: ToolChoice | undefined): ChatToolChoice | undefined {
  const choice = toolChoice?.choice;
  if (choice?.case === "tool") return { type: "function", function: { name: choice.value } };
  if (choice?.case !== "mode") return undefined;
  if (choice.value === ToolChoice_Mode.NONE) return "none";
  return choice.value === ToolChoice_Mode.REQUIRED ? "required" : "auto";
}

function addReasoning(body: ChatBody, request: CompleteRequest, settings: RouteSettings): void {
  if (!settings.capabilities.reasoning) return;
  switch (request.reasoning?.effort) {
    case Effort.NONE:
      body.reasoning_effort = settings.leastEffort;
      break;
    case Effort.MINIMAL:
      body.reasoning_effort = "minimal";
      break;
    case Effort.LOW:
      body.reasoning_effort = "low";
      break;
    case Effort.MEDIUM:
      body.reasoning_effort = "medium";
      break;
    case Effort.HIGH:
      body.reasoning_effort = "high";
      break;
    case Effort.XHIGH:
    case Effort.MAX:
      body.reasoning_effort = "xhigh";
      break;
    default:
      break;
  }
}

function makeResponseFormat(responseFormat: ResponseFormat | undefined): ChatResponseFormat | undefined {
  const format = responseFormat?.format;
  if (format?.case === "jsonObject") return { type: "json_object" };
  if (format?.case !== "jsonSchema") return undefined;
  const { name, schemaJson, strict } = format.value;
  const schema = parseObject(schemaJson);
  return { type: "json_schema", json_schema: { name: name || SCHEMA_NAME, schema, strict: strict ?? true } };
}

function addContinuation(body: ChatBody, continuation: ContinuationRequest, prefillForm: PrefillForm): void {
  const begun: ChatMessage = { role: "assistant", content: continuation.text };
  body.messages.push(begun);
  if (continuation.form === "instruct") {
    body.messages.push({ role: "user", content: continuation.instruction });
  } else if (prefillForm === PrefillForm.PREFIX) {
    begun.prefix = true;
  } else if (prefillForm === PrefillForm.CONTINUE_FINAL_MESSAGE) {
    body.continue_final_message = true;
    body.add_generation_prompt = false;
  }
}
