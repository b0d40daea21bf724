/** Which wire format a path belongs to. */

import { anthropicMessages } from "./dialect/anthropic-messages/index.ts";
import { openaiChat } from "./dialect/openai-chat/index.ts";
import type { Dialect } from "./dialect/simulated-dialect.ts";
import { VENDOR_RULES } from "./vendor/vendor-rules.ts";

/** Where a request came in. */
export interface Entrance {
  readonly dialect: Dialect;
  /** Deployment that the path names; empty if it names none. */
  readonly deployment: string;
  /** Whether only Azure has such a path. */
  readonly isAzure: boolean;
  /** The vendor whose refusals are simulated; empty if no one's are. */
  readonly vendor: string;
}

const CHAT = /^(?:\/openai)?\/v1\/chat\/completions$/u;
const DEPLOYMENT = /^\/openai\/deployments\/([^/]+)\/chat\/completions$/u;
const MESSAGES = /^(?:\/anthropic)?\/v1\/messages$/u;

/** `/vendors/deepseek/v1/chat/completions`: the same, with what that vendor refuses. */
const OF_VENDOR = /^\/vendors\/([a-z]+)(\/.*)$/u;

/** Finds the entrance behind a path; undefined if there is none. */
export function findEntrance(path: string): Entrance | undefined {
  const [, vendor = "", rest = path] = OF_VENDOR.exec(path) ?? [];
  if (vendor !== "" && VENDOR_RULES[vendor] === undefined) return undefined;
  if (CHAT.test(rest)) return { dialect: openaiChat, deployment: "", isAzure: false, vendor };
  if (MESSAGES.test(rest)) return { dialect: anthropicMessages, deployment: "", isAzure: false, vendor };
  const name = DEPLOYMENT.exec(rest)?.[1];
  return name === undefined ? undefined : { dialect: openaiChat, deployment: decode(name), isAzure: true, vendor };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
