/**
 * Marks what Claude may keep of a request. https://platform.claude.com/docs/en/build-with-claude/prompt-caching
 *
 * A mark keeps everything before it: tools, then the system, then the turns. A request may have four.
 */

import type { FittedRequest } from "../../fit/fit-request.ts";
import type { RouteSettings } from "../../settings.ts";
import type { CacheControl } from "../cache-mark.ts";
import type { Block } from "./messages.ts";
import type { MessagesBody } from "./request.ts";

/** Most marks that the API takes. */
const MAX_MARKS = 4;

/** Keeps the caller's marks, or sets the gateway's own where the request has none and asks for them. */
export function markCache(
  body: MessagesBody,
  { cache, without }: FittedRequest,
  place: RouteSettings["cacheMark"],
): void {
  const marked = listMarked(body);
  if (cache === "off" || without.has("cache")) {
    for (const each of marked) delete each.cache_control;
    return;
  }
  // The last marks are worth most: each of them holds what is before it too.
  for (const each of marked.slice(0, -MAX_MARKS)) delete each.cache_control;
  if (cache !== "auto" || marked.length > 0) return;
  if (place === "request") body.cache_control = { type: "ephemeral" };
  if (place === "blocks") markBlocks(body);
}

/** What stays the same for all conversations, and the end of this one. */
function markBlocks({ tools, system, messages }: MessagesBody): void {
  const standing = system?.at(-1) ?? tools?.at(-1);
  if (standing !== undefined) standing.cache_control = { type: "ephemeral" };
  const last = messages.at(-1)?.content.findLast(isMarkable);
  if (last !== undefined) last.cache_control = { type: "ephemeral" };
}

type Marked = { cache_control?: CacheControl };

function listMarked({ tools, system, messages }: MessagesBody): Marked[] {
  const blocks = messages.flatMap(({ content }) => content.filter(isMarkable));
  return [...(tools ?? []), ...(system ?? []), ...blocks].filter((each) => each.cache_control !== undefined);
}

/** Thinking cannot be marked itself; it is kept with what follows it. */
function isMarkable(block: Block): block is Exclude<Block, { type: "thinking" | "redacted_thinking" }> {
  return block.type !== "thinking" && block.type !== "redacted_thinking";
}
