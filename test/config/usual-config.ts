/** A configuration to change, and ways to load it. */

import { expect } from "vitest";
import { ConfigError } from "../../src/config/config-error.ts";
import { type LoadedConfig, loadConfig } from "../../src/config/load-config.ts";
import { printProblem } from "../../src/config/problem.ts";

/** No message may hold a part of it. */
export const SECRET = "sk-ant-verysecret0123456789";
export const ENV = { KEY: SECRET, AZURE_KEY: "azure-secret-0123456789", PLAIN: "verysecret", EMPTY: "", MANY: "12" };

export const USUAL = `
providers:
  anthropic: { platform: anthropic, api_key: "\${KEY}" }
  azure: { platform: azure, dialect: anthropic-messages, endpoint: "https://acme.example", api_key: "\${AZURE_KEY}" }
  local: { platform: compatible, dialect: openai-chat, endpoint: "http://10.0.0.1:8000/v1", allow_models: ["llama-*", qwen] }
routes:
  claude-direct: { provider: anthropic, model: claude-sonnet-5 }
  claude-on-azure: { provider: azure, model: claude-sonnet-5, max_concurrency: 64 }
workloads:
  summaries:
    primary: claude-direct
    backups: [claude-on-azure, local/llama-3/8b]
    policy: { first_token_timeout: 15s, stall_timeout: 1.5s, max_attempts: 3, switch: never, min_tokens_per_s: 0.5 }
`;

/** Loads a text with the usual environment. */
export function load(text: string): LoadedConfig {
  return loadConfig({ text, file: "understudy.yaml", env: ENV });
}

/** The printed problems of a text; none if it loads. */
export function problemsOf(text: string): readonly string[] {
  try {
    load(text);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(printProblem);
    throw error;
  }
  return [];
}

/** The usual configuration with one piece replaced, which must be in it. */
export function replacing(piece: string, by: string): string {
  expect(USUAL).toContain(piece);
  return USUAL.replace(piece, () => by);
}

/** The usual configuration with a top-level piece more. */
export function adding(piece: string): string {
  return `${USUAL}${piece}\n`;
}
