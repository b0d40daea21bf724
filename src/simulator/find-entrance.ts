/** Which wire format a path belongs to. */

import { anthropicMessages } from "./dialect/anthropic-messages/index.ts";
import { openaiChat } from "./dialect/openai-chat/index.ts";
import type { Dialect } from "./dialect/simulated-dialect.ts";

/** Where a request came in. */
export interface Entrance {
  readonly dialect: Dialect;
  /** Deployment that the path names; empty if it names none. */
  readonly deployment: string;
  /** Whether only Azure has such a path. */
  readonly isAzure: boolean;
}

const CHAT = /^(?:\/openai)?\/v1\/chat\/completions$/u;
const DEPLOYMENT = /^\/openai\/deployments\/([^/]+)\/chat\/completions$/u;
const MESSAGES = /^(?:\/anthropic)?\/v1\/messages$/u;

/** Finds the entrance behind a path; undefined if there is none. */
export function findEntrance(path: string): Entrance | undefined {
  if (CHAT.test(path)) return { dialect: openaiChat, deployment: "", isAzure: false };
  if (MESSAGES.test(path)) return { dialect: anthropicMessages, deployment: "", isAzure: false };
  const name = DEPLOYMENT.exec(path)?.[1];
  return name === undefined ? undefined : { dialect: openaiChat, deployment: decode(name), isAzure: true };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
