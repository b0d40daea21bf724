import { describe, expect, test } from "vitest";
import { adding, load, problemsOf, replacing, SECRET } from "./usual-config.ts";

describe("refuses", () => {
  test.each<[name: string, text: string, ...problems: string[]]>([
    [
      "a malformed name",
      adding("  Summ aries: { primary: claude-direct }"),
      "workloads.Summ aries: is not a valid name; a name has 1 to 64 characters of a-z 0-9 . _ -, the first a letter or digit",
    ],
    [
      "a provider without a platform",
      replacing("platform: azure, ", ""),
      "providers.azure.platform: is missing; add platform: one of anthropic, openai, azure, compatible, mistral, deepseek, groq, xai, together, fireworks, cerebras, perplexity, openrouter, moonshot, zai, alibaba, gemini, bedrock, snowflake, databricks, cloudflare, huggingface, ollama, vllm, sglang, llamacpp, lmstudio",
    ],
    [
      "a platform without its dialect",
      replacing("dialect: anthropic-messages, ", ""),
      "providers.azure.dialect: is missing, and platform azure speaks several; add dialect: openai-chat or anthropic-messages",
    ],
    [
      "a dialect that the platform does not speak",
      replacing("platform: anthropic,", "platform: anthropic, dialect: openai-chat,"),
      "providers.anthropic.dialect: platform anthropic speaks anthropic-messages only; remove the key, or use another platform",
    ],
    [
      "a missing endpoint",
      replacing('endpoint: "https://acme.example", ', ""),
      "providers.azure.endpoint: is missing, and platform azure needs it; add the base URL",
    ],
    [
      "a missing key",
      replacing(', api_key: "${AZURE_KEY}"', ""),
      'providers.azure.api_key: is missing, and platform azure needs it; add it as "${NAME}", or name its file by api_key_file',
    ],
    [
      "an endpoint in clear text",
      replacing("https://acme", "http://acme"),
      "providers.azure.endpoint: is not encrypted; write https://",
    ],
    [
      "an endpoint that is no URL",
      replacing("https://acme.example", "acme.example"),
      'providers.azure.endpoint: is not a URL; write it like "https://example.com/v1"',
    ],
    [
      "an endpoint of another scheme",
      replacing("https://acme.example", "file:///etc"),
      'providers.azure.endpoint: is not a URL; write it like "https://example.com/v1"',
    ],
    [
      "an endpoint with credentials",
      replacing("https://acme", "https://me:secret@acme"),
      "providers.azure.endpoint: holds a name or a password; give the key in api_key",
    ],
    [
      "an endpoint with a query",
      replacing("acme.example", "acme.example?a=b"),
      "providers.azure.endpoint: has a query or a fragment; remove what follows ? or #; versions belong in api_version",
    ],
    [
      "a key with a line break",
      replacing('"${AZURE_KEY}"', '"${AZURE_KEY}\\n"'),
      "providers.azure.api_key: holds white space or characters that no key has; check the variable for a line break",
    ],
    [
      "a pattern with a star inside",
      replacing("llama-*", "*-llama*"),
      'providers.local.allow_models[0]: has a * that is not at the end; write "prefix*", or the whole name',
      'workloads.summaries.backups[1]: the provider does not allow this model by name; add "llama-3/8b" or "*" to providers.local.allow_models, or configure a route',
    ],
    [
      "a reserved header",
      replacing('"${AZURE_KEY}" }', '"${AZURE_KEY}", headers: { Host: x } }'),
      "providers.azure.headers.Host: is set by the gateway itself; remove it",
    ],
    [
      "a header with a line break",
      replacing('"${AZURE_KEY}" }', '"${AZURE_KEY}", headers: { X-A: "a\\r\\nb" } }'),
      "providers.azure.headers.X-A: has a value that no header can carry; use at most 4,096 ASCII characters on one line",
    ],
    [
      "an unknown provider",
      replacing("provider: azure", "provider: azur"),
      'routes.claude-on-azure.provider: provider "azur" is not configured; did you mean azure?',
    ],
    [
      "a route without provider and model",
      replacing("{ provider: azure, model: claude-sonnet-5, max_concurrency: 64 }", "{}"),
      "routes.claude-on-azure.provider: is missing; add the name of a provider",
      "routes.claude-on-azure.model: is missing; add the model's name",
    ],
    [
      "a cap of 0",
      replacing("64", "0"),
      "routes.claude-on-azure.max_concurrency: is out of range; give a number from 1 to 10,000",
    ],
    [
      "half a price",
      replacing("max_concurrency: 64", "prices: { input_usd_per_mtok: 3 }"),
      "routes.claude-on-azure.prices.output_usd_per_mtok: is missing; prices need both input and output",
    ],
    [
      "a negative price",
      replacing("max_concurrency: 64", "prices: { input_usd_per_mtok: 3, output_usd_per_mtok: -1 }"),
      "routes.claude-on-azure.prices.output_usd_per_mtok: is out of range; give US dollars for a million tokens, from 0 to 100,000",
    ],
    [
      "an answer larger than the window",
      replacing("max_concurrency: 64", "capabilities: { context_window_tokens: 10, max_output_tokens: 11 }"),
      "routes.claude-on-azure.capabilities.max_output_tokens: is larger than context_window_tokens; make one of them fit",
    ],
    [
      "a prefill form of the other dialect",
      replacing("max_concurrency: 64", "prefill_form: prefix"),
      "routes.claude-on-azure.prefill_form: has a meaning for the dialect openai-chat only; remove it",
    ],
    [
      "an unknown route",
      replacing("primary: claude-direct", "primary: claude-dirct"),
      'workloads.summaries.primary: route "claude-dirct" is not configured; did you mean claude-direct?',
    ],
    [
      "an unknown provider in a reference",
      replacing("local/llama", "locl/llama"),
      'workloads.summaries.backups[1]: provider "locl" is not configured; did you mean local?',
    ],
    [
      "a model that is not allowed",
      replacing("local/llama-3/8b", "local/gemma"),
      'workloads.summaries.backups[1]: the provider does not allow this model by name; add "gemma" or "*" to providers.local.allow_models, or configure a route',
    ],
    [
      "a workload without a primary",
      replacing("primary: claude-direct\n    ", ""),
      "workloads.summaries.primary: is missing; add the name of a route",
    ],
    [
      "a backup equal to the primary",
      replacing("[claude-on-azure,", "[claude-direct,"),
      "workloads.summaries.backups[0]: is the primary itself; name another route, or remove it",
    ],
    [
      "a backup named twice",
      replacing("local/llama-3/8b]", "claude-on-azure]"),
      "workloads.summaries.backups[1]: is named twice; remove one of the two",
    ],
    [
      "nine backups",
      replacing("local/llama-3/8b]", `${[1, 2, 3, 4, 5, 6, 7, 8].map((n) => `local/llama-${n}`).join(", ")}]`),
      "workloads.summaries.backups: has more than 8 routes; remove the last ones",
    ],
    [
      "too many attempts",
      replacing("max_attempts: 3", "max_attempts: 9"),
      "workloads.summaries.policy.max_attempts: is out of range; give a number from 1 to 8",
    ],
    [
      "a suspect limit as long as its timeout",
      replacing("stall_timeout: 1.5s", "stall_timeout: 1.5s, stall_suspect: 1500ms"),
      "workloads.summaries.policy.stall_suspect: is not shorter than stall_timeout; give a shorter one, or leave it out",
    ],
    [
      "a first token later than the whole",
      replacing("first_token_timeout: 15s", "first_token_timeout: 15s, total_timeout: 10s"),
      "workloads.summaries.policy.first_token_timeout: is longer than total_timeout, which ends the wait first; make one of them fit",
    ],
    [
      "a connection later than the first token",
      replacing("first_token_timeout: 15s", "first_token_timeout: 15s, connect_timeout: 16s"),
      "workloads.summaries.policy.connect_timeout: is longer than first_token_timeout, which ends the wait first; make one of them fit",
    ],
    [
      "a wait longer than the server's maximum",
      replacing("first_token_timeout: 15s", "total_timeout: 2m").concat("server: { max_total_timeout: 1m }"),
      "workloads.summaries.policy.total_timeout: is longer than server.max_total_timeout; give at most 60s",
    ],
    [
      "a caller without a key",
      adding("callers: { app: { workloads: [summaries] } }"),
      'callers.app.api_key: is missing; add it as "${NAME}"',
    ],
    [
      "a caller of an unknown workload",
      adding('callers: { app: { api_key: "${KEY}", workloads: [summary] } }'),
      'callers.app.workloads[0]: workload "summary" is not configured; did you mean summaries?',
    ],
    [
      "a caller's unknown route",
      adding('callers: { app: { api_key: "${KEY}", routes: [claude-direkt] } }'),
      'callers.app.routes[0]: route "claude-direkt" is not configured; did you mean claude-direct?',
    ],
    [
      "a caller's route of an unknown provider",
      adding('callers: { app: { api_key: "${KEY}", routes: ["nobody/*"] } }'),
      'callers.app.routes[0]: provider "nobody" is not configured; known are anthropic, azure, local',
    ],
    [
      "a caller's route with a * in the middle",
      adding('callers: { app: { api_key: "${KEY}", routes: ["a*b"] } }'),
      'callers.app.routes[0]: has a * that does not end a beginning; write "provider/*", or leave routes out for all',
    ],
    [
      "callers with equal keys",
      adding('callers: { a: { api_key: "${KEY}" }, b: { api_key: "${KEY}" } }'),
      "callers.b.api_key: is the key of caller a too; give every caller a key of its own",
    ],
    [
      "no routes",
      "providers: { a: { platform: openai, api_key: '${KEY}' } }\nworkloads: {}\n",
      "routes: no route is configured; add one",
      "workloads: no workload is configured; add one with a primary route",
    ],
    [
      "a listen address without a port",
      adding("server: { listen: localhost }"),
      'server.listen: is not HOST:PORT; write it like "127.0.0.1:8080" or "[::1]:8080"',
    ],
    [
      "an origin with a path",
      adding("server: { cors_origins: ['https://app.example/'] }"),
      'server.cors_origins[0]: is not an origin; write it like "https://app.example", without a path, or "*"',
    ],
    [
      "a certificate without its key",
      adding("server: { tls: { cert_file: a.pem } }"),
      "server.tls.key_file: is missing; name both cert_file and key_file, or remove tls",
    ],
    [
      "a request smaller than 1 KiB",
      adding("server: { max_request_bytes: 1023 }"),
      "server.max_request_bytes: is out of range; give bytes from 1024 (1 KiB) to 67108864 (64 MiB)",
    ],
    [
      "a buffer smaller than a request",
      adding("server: { max_buffered_bytes: 2000 }"),
      "server.max_buffered_bytes: is smaller than max_request_bytes, so the largest request could never come in; give at least 16777216",
    ],
    [
      "a drain of two hours",
      adding("server: { drain_timeout: 2h }"),
      "server.drain_timeout: is out of range; give a duration from 0s to 1h",
    ],
    [
      "an empty instruction",
      adding("continuation_instruction: ' '"),
      "continuation_instruction: is empty; give a sentence, or remove the key",
    ],
  ])("%s", (_name, text, ...problems) => {
    expect(problemsOf(text).map((problem) => problem.replace(/^understudy\.yaml:\d+:\d+: /, ""))).toEqual(problems);
  });
});

describe("warns of", () => {
  test.each([
    ["a key in the file", replacing("${KEY}", SECRET), "providers.anthropic.api_key", "the key is written in the file"],
    [
      "an open address without callers",
      adding("server: { listen: '0.0.0.0:80' }"),
      "server.listen",
      "anybody who reaches this address can use the configured keys",
    ],
    [
      "a short key of a caller",
      adding("callers: { app: { api_key: '${MANY}' } }"),
      "callers.app.api_key",
      "the key is shorter than 16 characters",
    ],
  ])("%s", (_name, text, path, message) => {
    const { warnings } = load(text);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({ path, message, file: "understudy.yaml" });
    expect(JSON.stringify(warnings)).not.toContain("verysecret");
  });
});
