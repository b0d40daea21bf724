/** Checks what a request says to upstreams beside its conversation. */

import { type CompleteRequest, VerbositySchema } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import { DIALECT_NAMES } from "../../vendor/vendor.ts";
import { parseJsonObject } from "./parse-json-object.ts";
import { hasControlCharacter, isLongerThan } from "./text-form.ts";
import type { Violations } from "./violations.ts";

/** Most characters of an upstream's own word, and of a key that names requests which begin alike. */
const MAX_TIER_CHARACTERS = 64;
const MAX_KEY_CHARACTERS = 128;

/** Most characters of the fields for one wire format. */
const MAX_FIELDS_CHARACTERS = 65_536;

/** Names that the API has words for in each wire format, or that the gateway sets itself. */
const RESERVED =
  /^(?:model|messages|stream|stream_options|system|max_tokens|max_completion_tokens|temperature|top_p|seed|random_seed|stop|stop_sequences|frequency_penalty|presence_penalty|verbosity|service_tier|prompt_cache_key|tools|tool_choice|parallel_tool_calls|response_format|reasoning_effort|thinking|output_config|cache_control|continue_final_message|add_generation_prompt)$/;

/** Reports unknown words, texts that are too long, and fields that would replace others. */
export function checkOptions(request: CompleteRequest, violations: Violations): void {
  const { verbosity, serviceTier, promptCacheKey, dialectFields } = request;
  if (VerbositySchema.value[verbosity] === undefined)
    violations.add("verbosity", "is not known", "use VERBOSITY_LOW, VERBOSITY_MEDIUM or VERBOSITY_HIGH");
  checkWord("service_tier", serviceTier, MAX_TIER_CHARACTERS, violations);
  checkWord("prompt_cache_key", promptCacheKey, MAX_KEY_CHARACTERS, violations);
  const seen = new Set<string>();
  for (const [index, { dialect, fieldsJson }] of dialectFields.entries()) {
    const path = `dialect_fields[${index}]`;
    if (violations.isFull) return;
    if (!DIALECT_NAMES.some((name) => name === dialect) || seen.has(dialect))
      violations.add(
        `${path}.dialect`,
        "is not known or was given before",
        `use each of ${DIALECT_NAMES.join(", ")} once`,
      );
    seen.add(dialect);
    checkFields(`${path}.fields_json`, fieldsJson, violations);
  }
}

function checkWord(field: string, value: string, most: number, violations: Violations): void {
  if (isLongerThan(value, most) || hasControlCharacter(value))
    violations.add(field, "is too long or holds control characters", `give at most ${most} characters`);
}

function checkFields(field: string, json: string, violations: Violations): void {
  const fields = isLongerThan(json, MAX_FIELDS_CHARACTERS) ? undefined : parseJsonObject(json);
  if (fields === undefined)
    return violations.add(field, "is not a JSON object", "give one of at most 65,536 characters");
  const reserved = Object.keys(fields).find((name) => RESERVED.test(name));
  if (reserved !== undefined)
    violations.add(field, "holds a name that the API has a word for", "use the API's own field");
}
