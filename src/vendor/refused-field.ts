/** Finds the field that an error refuses, among those that can go without changing what is asked for. */

import type { AdjustableField, Refusal } from "../call/adjustment.ts";

/** The names under which the dialects send each field. */
const FIELD_BY_NAME: ReadonlyMap<string, AdjustableField> = new Map([
  ["temperature", "temperature"],
  ["top_p", "top_p"],
  ["topP", "top_p"],
  ["seed", "seed"],
  ["random_seed", "seed"],
  ["frequency_penalty", "frequency_penalty"],
  ["frequencyPenalty", "frequency_penalty"],
  ["presence_penalty", "presence_penalty"],
  ["presencePenalty", "presence_penalty"],
  ["verbosity", "verbosity"],
  ["parallel_tool_calls", "tool_choice.parallel_calls"],
  ["disable_parallel_tool_use", "tool_choice.parallel_calls"],
  ["service_tier", "service_tier"],
  ["prompt_cache_key", "prompt_cache_key"],
  ["cache_control", "cache"],
  ["stream_options", "stream_options"],
  ["include_usage", "stream_options"],
  ["reasoning_effort", "reasoning.effort"],
  ["reasoningEffort", "reasoning.effort"],
  ["effort", "reasoning.effort"],
  ["max_completion_tokens", "max_output_tokens"],
  ["max_tokens", "max_output_tokens"],
  ["max_output_tokens", "max_output_tokens"],
  ["stop_sequences", "stop_sequences"],
  ["stop", "stop_sequences"],
  ["reasoning_content", "messages.reasoning"],
]);

/** Words in which a field is refused. */
const REFUSES =
  /unsupported|not support|not (?:allowed|permitted|accepted|available|enabled|implemented|compatible|a valid)|unknown|unrecognized|unrecognised|unexpected|extra (?:inputs|fields)|deprecated|incompatible|cannot|can't|may not|must|should|only|range|above|below|too large|at most|exceeds?|greater|less than|invalid|> \d/i;

/** Words that say that the model or the server does not have the field at all. */
const LASTING =
  /unsupported|not support|unknown|unrecognized|unrecognised|unexpected|extra (?:inputs|fields)|not (?:permitted|implemented|available)|deprecated/i;

/** Words that bind a refusal to the value, or to what else the request holds. */
const DEPENDS =
  /\bboth\b|together|combin|\bwhen\b|\bwhile\b|\bif\b|unless|thinking|range|at most|above|below|value of|levels?/i;

/**
 * The field that an error refuses; undefined if it names none that could go. `param` is the place that the error names
 * by itself, its last step counts; without one the words are searched. `dialectFields` are names that only the request's
 * wire format knows.
 */
export function findRefusedField(
  param: string,
  message: string,
  dialectFields: readonly string[],
): Refusal | undefined {
  if (!REFUSES.test(message)) return undefined;
  if (dialectFields.some((name) => param === name || hasWord(message, name)))
    return { field: "dialect_fields", lasting: false };
  const field = fieldAt(param) ?? (param === "" ? fieldIn(message) : undefined);
  if (field === undefined || !mayGo(field, message)) return undefined;
  return { field, lasting: LASTING.test(message) && !DEPENDS.test(message) };
}

/** Whether a field may go for what is said of it: not a limit that is too small, nor reasoning as a whole. */
function mayGo(field: AdjustableField, message: string): boolean {
  if (field === "max_output_tokens") return !/minimum|at least|below|positive|greater than 0/i.test(message);
  if (field === "reasoning.effort") return /value|level|does not support (?:effort|['"`])|one of/i.test(message);
  return true;
}

function hasWord(message: string, name: string): boolean {
  return message.split(/[^\w]+/).includes(name);
}

/** Places where a field's name is that of something else: a property of a schema, a part of a turn. */
const ELSEWHERE = /(?:^|\.)(?:tools|properties|parameters|input_schema|schema|messages|system)\b/;

/** Fields that stand in turns, blocks and tools. */
const WITHIN: ReadonlySet<string> = new Set(["cache_control", "reasoning_content"]);

/** The field at a path like `body.temperature` or `messages.0.content.1.cache_control`. */
function fieldAt(path: string): AdjustableField | undefined {
  const last = path.split(".").at(-1) ?? "";
  const field = FIELD_BY_NAME.get(last);
  return field !== undefined && ELSEWHERE.test(path) && !WITHIN.has(last) ? undefined : field;
}

/** A name, or a path of names and places, maybe quoted. */
const PATH = /(?<![\w.-])([`'"]?)([A-Za-z_]+(?:\.(?:[A-Za-z_]+|\d+))*)(?![\w-])/g;

/** The first name in the words. `stop` and `effort` are words of the language too: only quoted ones count. */
function fieldIn(message: string): AdjustableField | undefined {
  for (const [, quote, path = ""] of message.matchAll(PATH)) {
    const isBare = quote === "" && !path.includes(".");
    if (isBare && (path === "stop" || (path === "effort" && !/effort level/i.test(message)))) continue;
    const field = fieldAt(path);
    if (field !== undefined) return field;
  }
  return undefined;
}
