/** Faults and behaviours that change how the model answers. */

import type { ContinuationManner } from "../answer/manner.ts";
import type { ArgumentRule, MannerFault } from "./fault.ts";

const PIECES: ArgumentRule = { unit: "tokens", least: 0, most: 1_000_000 };
const DELAY: ArgumentRule = { unit: "ms", least: 0, most: 3_600_000 };

export const MANNER_FAULTS: readonly MannerFault[] = [
  {
    name: "repeat",
    takes: { unit: "words", least: 1, most: 1_000 },
    description: "begins a continuation with the last n words again",
    stage: "manner",
    change: ({ number }, manner) => ({ ...manner, continuation: { kind: "repeat", words: number } }),
  },
  continues("start-over", "begins a continuation with the start of the answer"),
  continues("start-over-differently", "starts over and says something else after 100 characters"),
  {
    name: "reasoning",
    takes: PIECES,
    description: "sends n reasoning deltas first",
    stage: "manner",
    change: ({ number }, manner) => ({ ...manner, reasoningPieces: number }),
  },
  {
    name: "tool-call",
    takes: { ...PIECES, unit: "words", preset: 0 },
    description: "calls the first declared tool, after n words of text",
    stage: "manner",
    change: ({ number }, manner) => ({ ...manner, toolCalls: 1, wordsBeforeTools: number }),
  },
  {
    name: "two-tool-calls",
    takes: { ...PIECES, unit: "words", preset: 0 },
    description: "calls the first two declared tools in one turn, after n words of text",
    stage: "manner",
    change: ({ number }, manner) => ({ ...manner, toolCalls: 2, wordsBeforeTools: number }),
  },
  {
    name: "break-schema",
    description: "answers a request for JSON with JSON that breaks the schema",
    stage: "manner",
    change: (_, manner) => ({ ...manner, breaksSchema: true }),
  },
  {
    name: "wrong-types",
    description: "answers and calls with JSON whose values have other types",
    stage: "manner",
    change: (_, manner) => ({ ...manner, mistypes: true }),
  },
  {
    name: "refuse",
    description: "declines in a sentence, with the finish reason of an answer",
    stage: "manner",
    change: (_, manner) => ({ ...manner, refuses: true }),
  },
  {
    name: "shorter",
    takes: { unit: "percent", least: 1, most: 100 },
    description: "tells only n percent of the text",
    stage: "manner",
    change: ({ number }, manner) => ({ ...manner, toldShare: number / 100 }),
  },
  {
    name: "content-filter",
    description: "the content filter refuses before any text: a finish reason, from Azure's OpenAI 400",
    stage: "manner",
    change: (_, manner) => ({ ...manner, filterAfter: 0 }),
  },
  {
    name: "content-filter-after",
    takes: PIECES,
    description: "the content filter ends the answer after n tokens",
    stage: "manner",
    change: ({ number }, manner) => ({ ...manner, filterAfter: number }),
  },
  {
    name: "slow-first",
    takes: DELAY,
    description: "sends the first token n milliseconds after the headers",
    stage: "manner",
    change: ({ number }, manner) => ({ ...manner, firstTokenMs: number }),
  },
  {
    name: "drip",
    takes: DELAY,
    description: "sends one token every n milliseconds",
    stage: "manner",
    change: ({ number }, manner) => ({ ...manner, tokenMs: number }),
  },
  {
    name: "rate",
    takes: { unit: "tokens/s", least: 1, most: 100_000 },
    description: "sends n tokens per second",
    stage: "manner",
    change: ({ number }, manner) => ({ ...manner, tokenMs: 1_000 / number }),
  },
];

function continues(kind: Exclude<ContinuationManner["kind"], "repeat">, description: string): MannerFault {
  return { name: kind, description, stage: "manner", change: (_, manner) => ({ ...manner, continuation: { kind } }) };
}
