/** Knows the most that a call can cost before it is made. */

import { create } from "@bufbuild/protobuf";
import type { CompleteRequest } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import { UsageSchema, UsageSource } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import type { Plan } from "../../call/plan.ts";
import type { Route } from "../../call/route.ts";

/** The estimate takes 3.5 characters for a token; scripts without spaces take up to one token for each character. */
const WORST_INPUT_FACTOR = 4;

/** Longest answer of a model of which nothing is known. Larger ones are declared as the route's capability. */
const UNKNOWN_MAX_OUTPUT_TOKENS = 8_192;

/** The most that something can take. */
export interface WorstCase {
  /** Undefined if a price is not known. */
  readonly microUsd: bigint | undefined;
  readonly tokens: bigint;
}

export const NOTHING: WorstCase = { microUsd: 0n, tokens: 0n };

/** The most that one attempt on a route can take. */
export function worstCaseOf(route: Route, { request, estimatedInputTokens }: Plan): WorstCase {
  const inputTokens = BigInt(Math.ceil(estimatedInputTokens * WORST_INPUT_FACTOR));
  const outputTokens = BigInt(maxOutputTokens(route, request));
  const usage = create(UsageSchema, { source: UsageSource.ESTIMATED, inputTokens, outputTokens });
  return { microUsd: route.cost(usage).microUsd, tokens: inputTokens + outputTokens };
}

/** The most that one attempt on every route of a plan can take. */
export function worstCaseOfPlan(plan: Plan): WorstCase {
  return plan.routes
    .filter(({ unsupported }) => unsupported === undefined)
    .map(({ route }) => worstCaseOf(route, plan))
    .reduce(addWorst, NOTHING);
}

export function addWorst(one: WorstCase, other: WorstCase): WorstCase {
  const known = one.microUsd !== undefined && other.microUsd !== undefined;
  return {
    microUsd: known ? (one.microUsd ?? 0n) + (other.microUsd ?? 0n) : undefined,
    tokens: one.tokens + other.tokens,
  };
}

function maxOutputTokens({ capabilities }: Route, request: CompleteRequest): number {
  return request.maxOutputTokens ?? Number(capabilities.maxOutputTokens ?? UNKNOWN_MAX_OUTPUT_TOKENS);
}
