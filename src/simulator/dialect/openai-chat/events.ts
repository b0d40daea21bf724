/** Writes an answer as chat completion chunks, or as one chat completion. */

import { type Answer, type AnswerPart, answerTokens, type Finish, partText } from "../../answer/composed-answer.ts";
import type { BodyPart, SendStep } from "../../script/script.ts";
import type { Reply, Stamp } from "../simulated-dialect.ts";
import { completionId } from "./ids.ts";

const FINISH_REASONS: Readonly<Record<Finish, string>> = {
  stop: "stop",
  "stop-sequence": "stop",
  length: "length",
  "tool-calls": "tool_calls",
  "content-filter": "content_filter",
};

/** What Azure says about harmful content when there is none. */
const CLEAN = {
  hate: { filtered: false, severity: "safe" },
  self_harm: { filtered: false, severity: "safe" },
  sexual: { filtered: false, severity: "safe" },
  violence: { filtered: false, severity: "safe" },
};

/** The answer as events. */
export function* streamAnswer(reply: Reply): Iterable<SendStep> {
  const { stamp, answer } = reply;
  const usage = reply.ask.includeUsage ? { usage: null } : {};
  const chunk = (part: BodyPart, delta: object, finish: string | null = null): SendStep =>
    send(part, { ...chunkHead(stamp), choices: [choice(stamp, delta, finish)], ...usage });

  if (stamp.isAzure) yield send("opening", promptFilterChunk());
  yield chunk("opening", { role: "assistant", content: "", refusal: null });
  yield* contentSteps(answer.parts, chunk);
  yield chunk("terminal", {}, FINISH_REASONS[answer.finish]);
  if (reply.ask.includeUsage) yield send("terminal", { ...chunkHead(stamp), choices: [], usage: usageOf(reply) });
  yield { kind: "send", bytes: "data: [DONE]\n\n", part: "done" };
}

type MakeChunk = (part: BodyPart, delta: object) => SendStep;

function* contentSteps(parts: readonly AnswerPart[], chunk: MakeChunk): Iterable<SendStep> {
  let callIndex = 0;
  for (const part of parts) {
    switch (part.kind) {
      case "reasoning":
        for (const piece of part.pieces) yield chunk("content", { reasoning_content: piece });
        break;
      case "text":
        for (const piece of part.pieces) yield chunk("content", { content: piece });
        break;
      case "toolCall": {
        const index = callIndex++;
        const call = { index, id: part.id, type: "function", function: { name: part.name, arguments: "" } };
        yield chunk("opening", { tool_calls: [call] });
        for (const piece of part.pieces) {
          yield chunk("content", { tool_calls: [{ index, function: { arguments: piece } }] });
        }
        break;
      }
    }
  }
}

/** An event with a piece of text. */
export function textEvent(stamp: Stamp, text: string): string {
  return eventOf({ ...chunkHead(stamp), choices: [choice(stamp, { content: text }, null)] });
}

/** The answer as one JSON body. */
export function wholeAnswer(reply: Reply): object {
  const { stamp, answer } = reply;
  const filter = stamp.isAzure ? { content_filter_results: CLEAN } : {};
  return {
    id: completionId(stamp),
    object: "chat.completion",
    created: stamp.createdS,
    model: stamp.model,
    choices: [
      { index: 0, message: message(answer), logprobs: null, finish_reason: FINISH_REASONS[answer.finish], ...filter },
    ],
    usage: usageOf(reply),
    service_tier: "default",
    system_fingerprint: "fp_simulator",
  };
}

function message(answer: Answer): object {
  const textOf = (kind: AnswerPart["kind"]): string =>
    answer.parts
      .filter((part) => part.kind === kind)
      .map(partText)
      .join("");
  const calls = answer.parts.flatMap((part) =>
    part.kind === "toolCall"
      ? [{ id: part.id, type: "function", function: { name: part.name, arguments: partText(part) } }]
      : [],
  );
  const reasoning = textOf("reasoning");
  return {
    role: "assistant",
    content: calls.length > 0 && textOf("text") === "" ? null : textOf("text"),
    refusal: null,
    annotations: [],
    ...(reasoning === "" ? {} : { reasoning_content: reasoning }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
}

function usageOf({ ask, answer }: Reply): object {
  const outputTokens = answerTokens(answer);
  return {
    prompt_tokens: ask.inputTokens,
    completion_tokens: outputTokens,
    total_tokens: ask.inputTokens + outputTokens,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: answerTokens(answer, "reasoning"),
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

function chunkHead(stamp: Stamp): object {
  return {
    id: completionId(stamp),
    object: "chat.completion.chunk",
    created: stamp.createdS,
    model: stamp.model,
    service_tier: "default",
    system_fingerprint: "fp_simulator",
  };
}

function choice(stamp: Stamp, delta: object, finish: string | null): object {
  const filter = stamp.isAzure ? { content_filter_results: finish === null ? CLEAN : {} } : {};
  return { index: 0, delta, logprobs: null, finish_reason: finish, ...filter };
}

/** Azure's first chunk: no id, no model, no choice, only what its filter thinks of the prompt. */
function promptFilterChunk(): object {
  const results = [{ prompt_index: 0, content_filter_results: CLEAN }];
  return { id: "", object: "", created: 0, model: "", choices: [], prompt_filter_results: results };
}

function send(part: BodyPart, body: object): SendStep {
  return { kind: "send", bytes: eventOf(body), part };
}

function eventOf(body: object): string {
  return `data: ${JSON.stringify(body)}\n\n`;
}
