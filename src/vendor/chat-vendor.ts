/** Describes a vendor of Chat Completions by what differs from OpenAI. */

import { CHAT_DEFAULTS } from "./chat-defaults.ts";
import { CHAT_RULES } from "./chat-rules.ts";
import type { RequestRules } from "./request-rules.ts";
import type { Vendor, VendorDialect } from "./vendor.ts";

export interface ChatVendor extends Pick<Vendor, "name" | "source" | "hosts"> {
  /** The base URL; undefined where every customer has one of their own. */
  readonly endpoint: string | undefined;
  /** Whether anybody may run it, on their own machine and without a key. Default false. */
  readonly selfHosted?: boolean;
  /** Its list in the built-in table of prices; default: found by the host. */
  readonly priceList?: string;
  readonly rules?: Partial<RequestRules>;
  readonly dialect?: Partial<VendorDialect>;
}

/** Makes the descriptor. Servers of others know the older name of the limit of tokens, if nothing else is said. */
export function describeChatVendor(vendor: ChatVendor): Vendor {
  const { name, source, hosts, endpoint, selfHosted = false, priceList, rules, dialect } = vendor;
  return {
    name,
    source,
    hosts,
    defaultEndpoint: endpoint,
    needsKey: !selfHosted,
    allowsCleartext: selfHosted,
    priceList,
    dialects: {
      "openai-chat": {
        ...CHAT_DEFAULTS,
        maxTokensName: "max_tokens",
        rules: { ...CHAT_RULES, ...(selfHosted && { reasoningBack: "taken" }), ...rules },
        ...dialect,
      },
    },
  };
}
