/** What a conversation with Claude costs, on an upstream that keeps and prices prompts as Anthropic does. */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { type Gateway, startGateway } from "./start-gateway.ts";

interface Block {
  readonly cache_control?: object;
  readonly [field: string]: unknown;
}

interface Body {
  readonly cache_control?: object;
  readonly tools?: readonly Block[];
  readonly system?: readonly Block[];
  readonly messages: readonly { readonly role: string; readonly content: readonly Block[] }[];
}

/** Shorter prompts are not kept. https://platform.claude.com/docs/en/build-with-claude/prompt-caching */
const MIN_KEPT_TOKENS = 1_024;

/** How many blocks before a mark are compared with what was kept. */
const LOOK_BACK = 20;

/** Keeps prompts up to their marks, and counts what was read, written and neither. */
class PromptCache {
  readonly #kept = new Set<string>();

  count({ tools = [], system = [], messages, cache_control }: Body) {
    const turns = messages.flatMap(({ role, content }) => content.map((block) => ({ role, ...block })));
    const blocks: Block[] = [...tools, ...system, ...turns];
    const prefixes: string[] = [];
    let prefix = "";
    for (const { cache_control: _, ...block } of blocks) prefixes.push((prefix += JSON.stringify(block)));
    const marks = blocks.flatMap((block, index) => (block.cache_control === undefined ? [] : [index]));
    if (cache_control !== undefined) marks.push(blocks.length - 1);
    const tokensTo = (index: number): number => Math.ceil((prefixes[index]?.length ?? 0) / 4);
    let read = 0;
    let marked = 0;
    for (const mark of marks) {
      if (tokensTo(mark) < MIN_KEPT_TOKENS) continue;
      for (let at = mark; at >= 0 && at > mark - LOOK_BACK; at -= 1)
        if (this.#kept.has(prefixes[at] ?? "")) read = Math.max(read, tokensTo(at));
      marked = Math.max(marked, tokensTo(mark));
    }
    for (const mark of marks) this.#kept.add(prefixes[mark] ?? "");
    const written = Math.max(0, marked - read);
    return {
      input_tokens: tokensTo(blocks.length - 1) - read - written,
      cache_read_input_tokens: read,
      cache_creation_input_tokens: written,
      output_tokens: 120,
    };
  }
}

async function startClaude(): Promise<Server> {
  const cache = new PromptCache();
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the gateway's own request
      const body = JSON.parse(text) as Body;
      const content = [{ type: "text", text: "An answer of a few sentences. ".repeat(16) }];
      const message = { id: "msg", type: "message", role: "assistant", model: "claude-sonnet-4-5", content };
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ ...message, stop_reason: "end_turn", usage: cache.count(body) }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

/** Claude Sonnet's prices: a cached token costs a tenth, one that is kept a quarter more. */
const PRICES = {
  input_usd_per_mtok: 3,
  output_usd_per_mtok: 15,
  cache_read_usd_per_mtok: 0.3,
  cache_write_usd_per_mtok: 3.75,
};

async function converses({ url }: Gateway, workload: string): Promise<number> {
  const messages: object[] = [{ role: "system", content: "You are a careful assistant. ".repeat(1_500) }];
  let microUsd = 0;
  for (let turn = 0; turn < 10; turn += 1) {
    messages.push({ role: "user", content: `Question ${turn}: ${"what of this? ".repeat(20)}` });
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: workload, messages }),
    });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the door's own answer
    const answer = (await response.json()) as {
      choices: { message: object }[];
      understudy: { cost_micro_usd: number };
    };
    messages.push(answer.choices[0]?.message ?? {});
    microUsd += answer.understudy.cost_micro_usd;
  }
  return microUsd;
}

test.each([
  ["anthropic", {}],
  ["compatible", { dialect: "anthropic-messages" }],
])("ten turns with Claude at %s cost at most 0.35 of what they cost without marks", async (platform, dialect) => {
  const claude = await startClaude();
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the server listens on a port
  const { port } = claude.address() as AddressInfo;
  const provider = { platform, ...dialect, endpoint: `http://127.0.0.1:${port}`, api_key: "${SCENARIO_KEY}" };
  const gateway = await startGateway({
    providers: { claude: provider },
    routes: { claude: { provider: "claude", model: "claude-sonnet-4-5", prices: PRICES } },
    workloads: { kept: { primary: "claude" }, plain: { primary: "claude", policy: { cache: "off" } } },
  });
  const plain = await converses(gateway, "plain");
  const kept = await converses(gateway, "kept");
  await gateway.stop();
  claude.closeAllConnections();
  claude.close();
  console.log(`${platform}: ${kept} of ${plain} micro-dollars, ${(kept / plain).toFixed(3)}`);
  expect(kept / plain).toBeLessThanOrEqual(0.35);
});
