/** Turns a scripted reply into the content that an upstream says. */

import type { ContinuationRequest, UpstreamEvent, UpstreamRequest } from "../../src/call/upstream.ts";
import type { IdealAnswer } from "./ideal-answer.ts";
import type { Reply } from "./scenario.ts";

/** Characters that a clumsy model says again, at least. Shorter repeats are not recognised. */
const REPEAT_LENGTH = 20;
/** Length of a start-over that then goes another way: more than is taken for a coincidence. */
const DIVERGING_LENGTH = 66;

/** Fewer characters are not taken for the beginning of the whole answer. */
const MIN_RETOLD = 4;

/** The content of a whole reply, piece by piece. */
export function planReply(reply: Reply, ideal: IdealAnswer, request: UpstreamRequest): UpstreamEvent[] {
  const events: UpstreamEvent[] = [];
  for (let count = 0; count < reply.reasoningCount; count++) events.push({ kind: "reasoning", text: "Let me think. " });
  const { head, rest } = splitText(reply, ideal.text, request);
  const step = reply.pieceLength;
  // A repeat comes in one piece, or a slow upstream would outlast the hold.
  if (head !== "") events.push({ kind: "text", text: head + rest.slice(0, step) });
  for (let at = head === "" ? 0 : step; at < rest.length; at += step) {
    events.push({ kind: "text", text: rest.slice(at, at + step) });
  }
  for (const call of ideal.toolCalls) {
    events.push({ kind: "toolCallGrew", characters: 5 }, { kind: "toolCall", call });
  }
  return events;
}

/** What is said, and the part of it that must not be torn. */
function splitText(reply: Reply, ideal: string, { continuation, request }: UpstreamRequest) {
  const isJson = request.responseFormat !== undefined;
  if (continuation === undefined)
    return { head: "", rest: isJson && reply.seam === "diverges" ? ideal.slice(0, -1) : ideal };
  const { form, text } = continuation;
  const rest = ideal.slice(text.length);
  // An end in the middle of a repeat cannot be told from an answer that goes on with those words.
  const seam = reply.end.kind === "cutsShort" ? "exact" : reply.seam;
  // So little comes again by itself.
  if (seam === "startsOver" && text.length >= MIN_RETOLD) return { head: "", rest: ideal };
  // Behind a whole paragraph another may begin in the same words.
  if (seam === "diverges" && text.length > DIVERGING_LENGTH + 2 && !ideal.slice(text.length).startsWith("\n")) {
    return { head: "", rest: `${ideal.slice(0, DIVERGING_LENGTH)}¿ another answer` };
  }
  if (form === "prefill") return { head: "", rest };
  // Nor do so few letters tell a repeat from a word that begins like them.
  const repeats = seam === "repeats" && text.length >= MIN_RETOLD;
  return { head: repeats ? lastWords(text) : quotedWords(continuation, rest), rest };
}

/** The words that a model was asked to begin with, where it goes on in the middle of a word: nothing else tells that. */
function quotedWords({ instruction, text }: ContinuationRequest, rest: string): string {
  if (text.length < MIN_RETOLD || !/[\p{L}\p{N}]$/u.test(text) || !/^[\p{L}\p{N}]/u.test(rest)) return "";
  let start = text.length;
  while (start > 0 && instruction.endsWith(text.slice(start - 1))) start--;
  return text.slice(start);
}

function lastWords(text: string): string {
  let start = Math.max(0, text.length - REPEAT_LENGTH);
  while (start > 0 && (/\s/.test(text[start] ?? "") || !text.slice(start).isWellFormed())) start--;
  return text.slice(start);
}
