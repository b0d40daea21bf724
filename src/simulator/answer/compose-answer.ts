/** What a simulated model answers to a request, before anything goes wrong on the wire. */

import type { Ask, AskedTool } from "./ask.ts";
import type { Answer, AnswerPart } from "./composed-answer.ts";
import { CHARACTERS_PER_TOKEN } from "./count-tokens.ts";
import type { Manner } from "./manner.ts";
import { mistype } from "./mistype.ts";
import { sampleValue } from "./sample-value.ts";
import { splitPieces } from "./split-pieces.ts";
import { STORY, THOUGHTS } from "./story.ts";
import { tellStory } from "./tell-story.ts";

/** Pieces of reasoning if the request asks to see some. */
const ASKED_REASONING_PIECES = 12;

/** What a model says that declines. */
const REFUSAL = "I'm sorry, but I can't help with that request.";

/** Characters in a piece of a tool call's arguments: small, so that calls take many events. */
const ARGUMENT_PIECE = /.{1,6}/gsu;

/** Answers `ask` in the given manner. `callId` names a tool call by its index. */
export function composeAnswer(ask: Ask, manner: Manner, callId: (index: number) => string): Answer {
  const spoken = speak(ask, manner, callId);
  const thought = think(manner.reasoningPieces ?? (ask.wantsReasoning ? ASKED_REASONING_PIECES : 0));
  const limited = limitTokens({ ...spoken, parts: [...thought, ...spoken.parts] }, ask.maxTokens);
  return manner.filterAfter === undefined ? limited : filterAfter(limited, manner.filterAfter);
}

function speak(ask: Ask, manner: Manner, callId: (index: number) => string): Answer {
  if (manner.refuses) return stopAt(REFUSAL, ask.stopSequences);
  const tools = toolsToCall(ask, manner);
  if (tools.length === 0) return stopAt(textOf(ask, manner), ask.stopSequences);
  const before = splitPieces(STORY).slice(0, manner.wordsBeforeTools);
  const calls = tools.map((tool, index): AnswerPart => {
    const pieces = writeJson(tool.schema, manner).match(ARGUMENT_PIECE) ?? [];
    return { kind: "toolCall", id: callId(index), name: tool.name, pieces };
  });
  return { parts: [...textPart(before), ...calls], finish: "tool-calls", stopSequence: undefined };
}

function toolsToCall(ask: Ask, manner: Manner): AskedTool[] {
  const { toolChoice } = ask;
  if (toolChoice === "none") return [];
  const choice = typeof toolChoice === "object" ? ask.tools.filter((tool) => tool.name === toolChoice.name) : ask.tools;
  const wanted = toolChoice === "auto" ? (ask.followsToolResult ? 0 : manner.toolCalls) : Math.max(1, manner.toolCalls);
  // Fewer tools than calls: the last one is called again.
  return choice.length === 0 ? [] : Array.from({ length: wanted }, (_, i) => choice[Math.min(i, choice.length - 1)]!);
}

function textOf(ask: Ask, manner: Manner): string {
  if (ask.json !== undefined) {
    return manner.breaksSchema ? JSON.stringify({ unexpected: [null] }) : writeJson(ask.json.schema, manner);
  }
  const story = tellStory(ask.partial, manner.continuation);
  const pieces = splitPieces(story);
  return manner.toldShare === 1 ? story : pieces.slice(0, Math.ceil(pieces.length * manner.toldShare)).join("");
}

function writeJson(schema: unknown, { mistypes }: Manner): string {
  const value = sampleValue(schema);
  return JSON.stringify(mistypes ? mistype(value) : value);
}

function think(pieces: number): AnswerPart[] {
  if (pieces === 0) return [];
  const thoughts = splitPieces(THOUGHTS);
  return [{ kind: "reasoning", pieces: Array.from({ length: pieces }, (_, i) => thoughts[i % thoughts.length]!) }];
}

function textPart(pieces: readonly string[]): AnswerPart[] {
  return pieces.length === 0 ? [] : [{ kind: "text", pieces }];
}

/** Ends the text before the first stop sequence in it. */
function stopAt(text: string, stopSequences: readonly string[]): Answer {
  const hits = stopSequences
    .map((sequence) => ({ sequence, at: sequence === "" ? -1 : text.indexOf(sequence) }))
    .filter((hit) => hit.at >= 0)
    .sort((a, b) => a.at - b.at);
  const first = hits[0];
  if (first === undefined) return { parts: textPart(splitPieces(text)), finish: "stop", stopSequence: undefined };
  const kept = textPart(splitPieces(text.slice(0, first.at)));
  return { parts: kept, finish: "stop-sequence", stopSequence: first.sequence };
}

function limitTokens(answer: Answer, maxTokens: number | undefined): Answer {
  if (maxTokens === undefined) return answer;
  let left = maxTokens * CHARACTERS_PER_TOKEN;
  const parts = keepWhile(answer.parts, (piece) => (left -= piece.length) >= 0);
  return left >= 0 ? answer : { parts, finish: "length", stopSequence: undefined };
}

function filterAfter(answer: Answer, pieces: number): Answer {
  let left = pieces;
  return { parts: keepWhile(answer.parts, () => left-- > 0), finish: "content-filter", stopSequence: undefined };
}

/** The parts up to the first piece that `keeps` refuses; it is not asked again behind that. */
function keepWhile(parts: readonly AnswerPart[], keeps: (piece: string) => boolean): AnswerPart[] {
  const kept: AnswerPart[] = [];
  for (const part of parts) {
    const end = part.pieces.findIndex((piece) => !keeps(piece));
    if (end === -1) {
      kept.push(part);
      continue;
    }
    if (end > 0) kept.push({ ...part, pieces: part.pieces.slice(0, end) });
    break;
  }
  return kept;
}
