/** Writes a request for Messages. */

import type { CompleteRequest } from "../../../../gen/ts/understudy/v1/completion_service_pb.ts";
import {
  ReasoningOptions_Effort as Effort,
  type Tool,
  type ToolChoice,
  ToolChoice_Mode,
} from "../../../../gen/ts/understudy/v1/conversation_pb.ts";
import { Continuation } from "../../../../gen/ts/understudy/v1/route_service_pb.ts";
import { type JsonObject } from "../../../call/json-object.ts";
import type { ContinuationRequest } from "../../../call/upstream.ts";
import { DEFAULT_MAX_TOKENS } from "../../../vendor/messages-defaults.ts";
import type { FittedRequest } from "../../fit/fit-request.ts";
import type { RouteSettings } from "../../settings.ts";
import { type CacheControl, makeMark } from "../cache-mark.ts";
import { makeDialectFields } from "../dialect-fields.ts";
import { parseObject } from "../json-values.ts";
import { markCache } from "./cache-marks.ts";
import { makeSystem, makeTurns, type TextBlock, type Turn } from "./messages.ts";

/** The body, as far as it is used. https://platform.claude.com/docs/en/api/messages */
export interface MessagesBody {
  model: string;
  max_tokens: number;
  stream: true;
  messages: Turn[];
  system?: TextBlock[];
  temperature?: number;
  top_p?: number;
  stop_sequences?: string[];
  service_tier?: string;
  cache_control?: CacheControl;
  tools?: MessagesTool[];
  tool_choice?: MessagesToolChoice;
  thinking?: Thinking;
  output_config?: { effort?: EffortWord; format?: { type: "json_schema"; schema: JsonObject } };
}

interface MessagesTool {
  name: string;
  description?: string;
  input_schema: { type: "object"; [key: string]: unknown };
  strict?: boolean;
  cache_control?: CacheControl;
}

type MessagesToolChoice =
  | { type: "none" }
  | { type: "auto" | "any"; disable_parallel_tool_use?: boolean }
  | { type: "tool"; name: string; disable_parallel_tool_use?: boolean };

type Thinking =
  | { type: "disabled" }
  | { type: "adaptive"; display?: "summarized" }
  | { type: "enabled"; budget_tokens: number };

type EffortWord = "low" | "medium" | "high" | "xhigh" | "max";

/** Least budget that the API takes. */
const MIN_THINKING_TOKENS = 1024;

const EFFORTS: Readonly<Record<number, { readonly word: EffortWord; readonly budgetTokens: number }>> = {
  [Effort.MINIMAL]: { word: "low", budgetTokens: 1_024 },
  [Effort.LOW]: { word: "low", budgetTokens: 2_048 },
  [Effort.MEDIUM]: { word: "medium", budgetTokens: 8_192 },
  [Effort.HIGH]: { word: "high", budgetTokens: 24_576 },
  [Effort.XHIGH]: { word: "xhigh", budgetTokens: 32_768 },
  [Effort.MAX]: { word: "max", budgetTokens: 49_152 },
};

/** The API has no parameter for an object of any shape, so a last system text asks for it. */
const JSON_OBJECT_INSTRUCTION = "Answer with one JSON object and no other text.";

/** Asks a model to go on that takes no beginning of its own turn. */
const GO_ON = "Go on.";

/** Makes the body. Throws if a JSON string of the request is not JSON. */
export function makeBody(fitted: FittedRequest, settings: RouteSettings): MessagesBody {
  const { request, maxOutputTokens, withoutReasoning, without } = fitted;
  const { model, capabilities, opaqueOwner } = settings;
  const most = without.has("max_output_tokens") ? undefined : capabilities.maxOutputTokens;
  const body: MessagesBody = {
    ...makeDialectFields(request, "anthropic-messages"),
    model,
    max_tokens: maxOutputTokens ?? Number(most ?? DEFAULT_MAX_TOKENS),
    stream: true,
    messages: makeTurns(request.messages, withoutReasoning ? undefined : opaqueOwner),
  };
  const system = makeSystem(request.messages);
  if (request.responseFormat?.format.case === "jsonObject")
    system.push({ type: "text", text: JSON_OBJECT_INSTRUCTION });
  // The API demands a turn: instructions alone are what the user wants.
  if (body.messages.length === 0) body.messages.push({ role: "user", content: system.splice(0) });
  if (system.length > 0) body.system = system;
  if (request.temperature !== undefined) body.temperature = request.temperature;
  if (request.topP !== undefined) body.top_p = request.topP;
  if (request.stopSequences.length > 0) body.stop_sequences = request.stopSequences;
  if (request.serviceTier !== "") body.service_tier = request.serviceTier;
  addTools(body, request);
  addResponseFormat(body, request);
  if (mayReason(fitted)) addReasoning(body, fitted, settings);
  endForModel(body, fitted, settings);
  markCache(body, fitted, settings.cacheMark);
  return body;
}

/** Brings the last turn into a form that the model takes. */
function endForModel(
  body: MessagesBody,
  { continuation, withoutReasoning }: FittedRequest,
  settings: RouteSettings,
): void {
  if (continuation !== undefined) {
    body.messages.push(...makeContinuation(continuation));
    return;
  }
  const last = body.messages.at(-1);
  if (last?.role !== "assistant") return;
  // The caller began the answer: models that take no prefill are asked to go on.
  if (settings.capabilities.continuation !== Continuation.PREFILL || withoutReasoning) {
    body.messages.push({ role: "user", content: [{ type: "text", text: GO_ON }] });
    return;
  }
  const begun = last.content.at(-1);
  if (begun?.type === "text") last.content.splice(-1, 1, { ...begun, text: begun.text.trimEnd() });
}

function addTools(body: MessagesBody, request: CompleteRequest): void {
  if (request.tools.length === 0) return;
  body.tools = request.tools.map(makeTool);
  const choice = makeToolChoice(request.toolChoice);
  if (choice !== undefined) body.tool_choice = choice;
}

function makeTool({ name, description, schemaJson, strict, cache }: Tool): MessagesTool {
  return {
    ...makeMark(cache),
    name,
    ...(description !== "" && { description }),
    input_schema: { ...parseObject(schemaJson), type: "object" },
    ...(strict !== undefined && { strict }),
  };
}

function makeToolChoice(toolChoice: ToolChoice | undefined): MessagesToolChoice | undefined {
  if (toolChoice === undefined) return undefined;
  const { choice, parallelCalls } = toolChoice;
  const parallel = parallelCalls === undefined ? {} : { disable_parallel_tool_use: !parallelCalls };
  if (choice.case === "tool") return { type: "tool", name: choice.value, ...parallel };
  if (choice.value === ToolChoice_Mode.NONE) return { type: "none" };
  return { type: choice.value === ToolChoice_Mode.REQUIRED ? "any" : "auto", ...parallel };
}

function addResponseFormat(body: MessagesBody, request: CompleteRequest): void {
  const format = request.responseFormat?.format;
  if (format?.case !== "jsonSchema") return;
  const schema = parseObject(format.value.schemaJson);
  body.output_config = { format: { type: "json_schema", schema } };
}

/** Thinking cannot stand beside a prefill or a forced tool call; the API answers 400 to both. */
function mayReason({ request, continuation }: FittedRequest): boolean {
  if (continuation?.form === "prefill") return false;
  const choice = request.toolChoice?.choice;
  const forced = choice?.case === "tool" || choice?.value === ToolChoice_Mode.REQUIRED;
  return !(forced && request.tools.length > 0);
}

function addReasoning(body: MessagesBody, fitted: FittedRequest, settings: RouteSettings): void {
  const { request, withoutReasoning } = fitted;
  if (request.reasoning === undefined || !settings.capabilities.reasoning) return;
  const { effort, include } = request.reasoning;
  const wanted = EFFORTS[effort];
  if (settings.reasoningForm === "adaptive") {
    if (effort === Effort.NONE) body.thinking = { type: "disabled" };
    else if (wanted !== undefined || include)
      body.thinking = { type: "adaptive", ...(include && { display: "summarized" }) };
    if (wanted !== undefined) body.output_config = { ...body.output_config, effort: wanted.word };
    return;
  }
  // With a budget, a turn that calls tools must begin with its thinking block, which was left out.
  if (wanted === undefined || withoutReasoning) return;
  const budgetTokens = Math.min(wanted.budgetTokens, Math.floor(body.max_tokens / 2));
  if (budgetTokens >= MIN_THINKING_TOKENS) body.thinking = { type: "enabled", budget_tokens: budgetTokens };
}

function makeContinuation({ form, text, instruction }: ContinuationRequest): Turn[] {
  const begun: Turn = { role: "assistant", content: [{ type: "text", text }] };
  return form === "prefill" ? [begun] : [begun, { role: "user", content: [{ type: "text", text: instruction }] }];
}
