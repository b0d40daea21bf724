/** Checks how the answer is sampled, how long it may be, and where it ends. */

import type { CompleteRequest } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import { ReasoningOptions_EffortSchema } from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import { isLongerThan } from "./text-form.ts";
import type { Violations } from "./violations.ts";

/** Most stop sequences: what every upstream takes. */
const MAX_STOP_SEQUENCES = 16;

/** Longest stop sequence in characters: the whole of it is held back at the end of the text. */
const MAX_STOP_CHARACTERS = 1_024;

/** Reports numbers out of range, unknown efforts, and stop sequences that cannot be looked for. */
export function checkSampling(request: CompleteRequest, violations: Violations): void {
  const { maxOutputTokens, temperature, topP, stopSequences, reasoning } = request;
  if (maxOutputTokens !== undefined && maxOutputTokens < 1) {
    violations.add("max_output_tokens", "is out of range", "give a number from 1, or leave it out");
  }
  // Both are written so that NaN is outside.
  if (temperature !== undefined && !(temperature >= 0 && temperature <= 2)) {
    violations.add("temperature", "is out of range", "give a number from 0 to 2, or leave it out");
  }
  if (topP !== undefined && !(topP > 0 && topP <= 1)) {
    violations.add("top_p", "is out of range", "give a number above 0 and at most 1, or leave it out");
  }
  for (const field of ["frequencyPenalty", "presencePenalty"] as const) {
    const penalty = request[field];
    if (penalty !== undefined && !(penalty >= -2 && penalty <= 2)) {
      const name = field === "frequencyPenalty" ? "frequency_penalty" : "presence_penalty";
      violations.add(name, "is out of range", "give a number from -2 to 2, or leave it out");
    }
  }
  if (stopSequences.length > 0) checkStopSequences(stopSequences, violations);
  if (reasoning !== undefined && ReasoningOptions_EffortSchema.value[reasoning.effort] === undefined) {
    violations.add(
      "reasoning.effort",
      "is not a known effort",
      "use EFFORT_NONE, EFFORT_MINIMAL, EFFORT_LOW, EFFORT_MEDIUM, EFFORT_HIGH, EFFORT_XHIGH or EFFORT_MAX",
    );
  }
}

function checkStopSequences(sequences: readonly string[], violations: Violations): void {
  if (sequences.length > MAX_STOP_SEQUENCES) {
    violations.add("stop_sequences", "holds more than 16 texts", "leave some out");
  }
  for (const [index, sequence] of sequences.slice(0, MAX_STOP_SEQUENCES).entries()) {
    const field = `stop_sequences[${index}]`;
    if (sequence === "") violations.add(field, "is empty", "give a text, or leave it out");
    else if (isLongerThan(sequence, MAX_STOP_CHARACTERS)) {
      violations.add(field, "is longer than 1,024 characters", "give its beginning");
    } else if (!sequence.isWellFormed()) {
      violations.add(field, "holds half a character", "do not cut between surrogates");
    }
  }
}
