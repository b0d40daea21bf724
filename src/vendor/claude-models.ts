/** What Claude's models can carry. https://platform.claude.com/docs/en/about-claude/models/overview */

import { ReasoningOptions_Effort as Effort } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { Continuation, Thinking } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import { makeModelRule as claude, type ModelRule } from "./model-traits.ts";

/** A budget of tokens stands for the effort. */
const BUDGET = { reasoningForm: "budget", efforts: [Effort.NONE, Effort.LOW, Effort.MEDIUM, Effort.HIGH] } as const;
const PREFILLED = { continuation: Continuation.PREFILL } as const;
/** Recorded: "This model does not support effort level 'xhigh'. Supported levels: high, low, max, medium." */
const EFFORTS = [Effort.NONE, Effort.LOW, Effort.MEDIUM, Effort.HIGH, Effort.MAX] as const;
const ADAPTIVE = { reasoningForm: "adaptive", efforts: EFFORTS } as const;
const THINKS = { ...ADAPTIVE, efforts: [...EFFORTS, Effort.XHIGH], thinking: Thinking.BY_DEFAULT } as const;

/**
 * Claude takes a prefill up to 4.5, and answers 400 to one from 4.6 on
 * (https://platform.claude.com/docs/en/about-claude/models/migration-guide); from 4.7 on it takes no `temperature`,
 * and from 5 on it thinks unless it is told not to.
 */
export const CLAUDE_MODELS: readonly ModelRule[] = [
  claude(/claude-(?:opus|sonnet|haiku)-4[-.]6(?!\d)/, 1_000_000n, 64_000n, ADAPTIVE),
  claude(/claude-(?:opus|sonnet|haiku)-4[-.](?:[7-9]|\d\d)(?!\d)/, 1_000_000n, 64_000n, {
    ...ADAPTIVE,
    temperature: false,
  }),
  claude(/claude-opus-4(?![-.]5)/, 200_000n, 32_000n, { ...PREFILLED, ...BUDGET, jsonSchema: false }),
  claude(/claude-(?:opus|sonnet|haiku)-4[-.]5/, 200_000n, 64_000n, { ...PREFILLED, ...BUDGET }),
  claude(/claude-sonnet-4/, 200_000n, 64_000n, { ...PREFILLED, ...BUDGET, jsonSchema: false }),
  claude(/claude-3[-.]7/, 200_000n, 64_000n, { ...PREFILLED, ...BUDGET, jsonSchema: false }),
  claude(/claude-3[-.]5/, 200_000n, 8_192n, { ...PREFILLED, jsonSchema: false }),
  claude(/claude-3/, 200_000n, 4_096n, { ...PREFILLED, jsonSchema: false }),
  claude(/claude-haiku-5/, 200_000n, 64_000n, { ...THINKS, temperature: false }),
  claude(/claude/, 1_000_000n, 64_000n, { ...THINKS, temperature: false }),
];
