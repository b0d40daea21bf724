/** The configuration that is used when there is no file: ready workloads on the simulator, and real routes where keys are set. */

import type { Environment } from "./expand-variables.ts";

/** Stands for the file's name in messages about the built-in configuration. */
export const BUILT_IN_FILE = "(built-in)";

export interface DefaultConfigOptions {
  /** Base URL of a simulator: OpenAI's Chat Completions below `/v1`, Anthropic's Messages at `/v1/messages`. */
  readonly simulatorUrl: string;
  readonly env: Environment;
}

/** Makes the text of the built-in configuration, for the same loader that reads files. */
export function makeDefaultConfig({ simulatorUrl, env }: DefaultConfigOptions): string {
  const hasAnthropic = Boolean(env["ANTHROPIC_API_KEY"]);
  const hasOpenai = Boolean(env["OPENAI_API_KEY"]);
  return [
    "# Nobody relies on a simulated backup.",
    "require_approval: off",
    "providers:",
    ...simulatedProviders(simulatorUrl),
    ...(hasAnthropic ? ['  anthropic: { platform: anthropic, api_key: "${ANTHROPIC_API_KEY}" }'] : []),
    ...(hasOpenai ? ['  openai: { platform: openai, api_key: "${OPENAI_API_KEY}" }'] : []),
    "routes:",
    ...SIMULATED_ROUTES,
    ...(hasAnthropic ? ["  claude-direct: { provider: anthropic, model: claude-sonnet-5 }"] : []),
    ...(hasOpenai ? ["  gpt-direct: { provider: openai, model: gpt-5.5 }"] : []),
    "workloads:",
    ...SIMULATED_WORKLOADS,
    ...(hasAnthropic ? realWorkload("claude", "claude-direct", hasOpenai ? "gpt-direct" : undefined) : []),
    ...(hasOpenai ? realWorkload("gpt", "gpt-direct", hasAnthropic ? "claude-direct" : undefined) : []),
    "",
  ].join("\n");
}

function simulatedProviders(simulatorUrl: string): readonly string[] {
  const anthropic = JSON.stringify(simulatorUrl);
  const openai = JSON.stringify(`${simulatorUrl}/v1`);
  return [
    `  sim-anthropic: { platform: compatible, dialect: anthropic-messages, endpoint: ${anthropic} }`,
    `  sim-azure: { platform: compatible, dialect: anthropic-messages, endpoint: ${anthropic} }`,
    `  sim-openai: { platform: compatible, dialect: openai-chat, endpoint: ${openai} }`,
  ];
}

/** What the simulated models would cost, so that ledgers show amounts. */
const PRICES = "prices: { input_usd_per_mtok: 3, output_usd_per_mtok: 15 }";

/** A model's name says how it behaves: 150 tokens a second look live, and an answer takes two or three seconds. */
const SIMULATED_ROUTES = [
  ["sim-claude", "sim-anthropic", "sim-claude+rate=150"],
  ["sim-claude-on-azure", "sim-azure", "sim-claude+rate=150"],
  ["sim-gpt", "sim-openai", "sim-gpt+rate=150"],
  ["sim-claude-stalling", "sim-anthropic", "sim-claude+rate=150+stall=40"],
  ["sim-claude-cut", "sim-anthropic", "sim-claude+rate=150+cut=25"],
  ["sim-claude-down", "sim-anthropic", "sim-claude+status=503"],
  ["sim-claude-on-azure-down", "sim-azure", "sim-claude+status=503"],
  ["sim-gpt-down", "sim-openai", "sim-gpt+status=503"],
].map(
  ([name, provider, model]) =>
    `  ${name}: { provider: ${provider}, model: ${model}, continuation: instruct, capabilities: { reasoning: true }, ${PRICES} }`,
);

const SIMULATED_WORKLOADS = [
  "  # The primary answers.",
  "  summaries: { primary: sim-claude, backups: [sim-claude-on-azure, sim-gpt] }",
  "  # The primary falls silent after 40 tokens. The limit is short, so that the switch is seen soon.",
  "  stalls:",
  "    primary: sim-claude-stalling",
  "    backups: [sim-claude-on-azure, sim-gpt]",
  "    policy: { stall_timeout: 1500ms }",
  "  # The primary's connection breaks after 25 tokens.",
  "  cuts: { primary: sim-claude-cut, backups: [sim-claude-on-azure, sim-gpt] }",
  "  # The primary always answers 503.",
  "  outage: { primary: sim-claude-down, backups: [sim-claude-on-azure, sim-gpt] }",
  "  # Every route answers 503. Each may be asked twice.",
  "  exhausted:",
  "    primary: sim-claude-down",
  "    backups: [sim-claude-on-azure-down, sim-gpt-down]",
  "    policy: { max_attempts: 6 }",
];

function realWorkload(name: string, primary: string, backup: string | undefined): readonly string[] {
  return [`  ${name}: { primary: ${primary}, backups: [${backup ?? ""}] }`];
}
