/** Names requests that begin alike, so that an upstream finds what it kept of them. */

import { createHash } from "node:crypto";
import { type Message, Role } from "../../../gen/ts/understudy/v1/conversation_pb.ts";

/** Digits of a key: no two conversations of a workload meet by chance. */
const KEY_LENGTH = 32;

/** The key of a conversation: a hash of its instructions and of its first user turn. */
export function makeCacheKey(messages: readonly Message[]): string {
  const hash = createHash("sha256");
  for (const message of messages) {
    hash.update(message.text ?? message.parts.map(({ kind }) => (kind.case === "text" ? kind.value : "")).join(""));
    if (message.role === Role.USER) break;
  }
  return hash.digest("hex").slice(0, KEY_LENGTH);
}
