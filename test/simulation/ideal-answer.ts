/** The one right answer to a call, whichever routes say it. */

import { create } from "@bufbuild/protobuf";
import { type ToolCall, ToolCallSchema } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import type { CallScript } from "./scenario.ts";

/** What every model would say. */
export interface IdealAnswer {
  readonly text: string;
  readonly toolCalls: readonly ToolCall[];
}

const WORDS = ["river", "stone 🪨", "lamp", "Brücke", "night\n\n", "paper", "日本", "door  ", "winter"];

/**
 * Makes an answer of about `wordCount` words. Its first character comes nowhere else and its words are numbered, so no
 * part of it can be taken for a repeat of another; the dots at its end are too few for that.
 */
export function makeIdealAnswer({ shape, wordCount }: Pick<CallScript, "shape" | "wordCount">): IdealAnswer {
  let story = "«";
  for (let word = 0; word < wordCount; word++) story += `${WORDS[word % WORDS.length]}${word} `;
  story += "end........";
  const isJson = shape === "json" || shape === "open-json";
  const text = isJson ? JSON.stringify({ story }) : story;
  const calls = shape === "tools" || shape === "required-tool" ? ["one", "two"] : [];
  const toolCalls = calls.map((id) => create(ToolCallSchema, { id, name: "look_up", argumentsJson: `{"id":"${id}"}` }));
  return { text, toolCalls };
}
