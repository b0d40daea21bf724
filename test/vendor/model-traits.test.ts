import { expect, test } from "vitest";
import { CLAUDE_MODELS } from "../../src/vendor/claude-models.ts";
import { GPT_MODELS } from "../../src/vendor/gpt-models.ts";
import { findModelTraits } from "../../src/vendor/model-traits.ts";

test.each([
  ["gpt-5", "minimal", 400_000n],
  ["GPT-5-Mini", "minimal", 400_000n],
  ["gpt-5.1", "none", 400_000n],
  ["gpt-5.4-mini", "none", 400_000n],
  ["gpt-5.4", "none", 1_000_000n],
  ["o3", "low", 200_000n],
  ["openai/o4-mini", "low", 200_000n],
  ["openai/gpt-oss-20b", "low", 131_072n],
  ["gpt-4.1", "none", 1_000_000n],
  ["qwen3", "none", undefined],
])("%s reasons least by the word %s, in a window of %s", (model, leastEffort, contextWindowTokens) => {
  expect(findModelTraits(GPT_MODELS, model)).toMatchObject({ leastEffort });
  expect(findModelTraits(GPT_MODELS, model).contextWindowTokens).toBe(contextWindowTokens);
});

test("knows Claude behind the names of other hosts", () => {
  const traits = findModelTraits(CLAUDE_MODELS, "Anthropic.Claude-Sonnet-4-5-20250929-v1:0");
  expect(traits).toMatchObject({ reasoningForm: "budget", maxOutputTokens: 64_000n });
});
