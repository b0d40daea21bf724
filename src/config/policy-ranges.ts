/** Ranges of the policy's fields: the same for a workload's policy and for one in a request. */

import type { Policy } from "../../gen/ts/understudy/v1/routing_pb.ts";

/** Smallest and largest value that is allowed. */
export interface PolicyRange {
  readonly min: number;
  readonly max: number;
}

type DurationField = {
  [Field in keyof Policy]-?: NonNullable<Policy[Field]> extends { seconds: bigint } ? Field : never;
}[keyof Policy];

const HOUR_MS = 3_600_000;

/** Shorter than 1 ms is no wait at all, longer than an hour no limit any more. */
const USUAL: PolicyRange = { min: 1, max: HOUR_MS };

/** In milliseconds. */
export const POLICY_DURATIONS_MS = [
  ["connectTimeout", USUAL],
  ["firstTokenSuspect", USUAL],
  ["firstTokenTimeout", USUAL],
  ["stallSuspect", USUAL],
  ["stallTimeout", USUAL],
  ["toolStallSuspect", USUAL],
  ["toolStallTimeout", USUAL],
  ["reasoningStallSuspect", USUAL],
  ["reasoningStallTimeout", USUAL],
  ["silenceTimeout", USUAL],
  ["totalTimeout", USUAL],
  // A longer wait is better spent on another route.
  ["maxRetryWait", { min: 0, max: 10_000 }],
] as const satisfies readonly (readonly [DurationField, PolicyRange])[];

/** Most attempts of one call, whatever its policy says: every attempt is paid for. */
export const MAX_ATTEMPTS = 8;

/** In the unit of the field. */
export const POLICY_NUMBERS = [
  // No model writes faster, so a higher floor would fail every answer. 0 turns the check off.
  ["minTokensPerS", { min: 0, max: 1000 }],
  ["maxAttempts", { min: 1, max: MAX_ATTEMPTS }],
] as const satisfies readonly (readonly [keyof Policy, PolicyRange])[];

/** Limits that suspect an attempt, each with the limit that ends it and must be longer. */
export const SUSPECT_PAIRS = [
  ["firstTokenSuspect", "firstTokenTimeout"],
  ["stallSuspect", "stallTimeout"],
  ["toolStallSuspect", "toolStallTimeout"],
  ["reasoningStallSuspect", "reasoningStallTimeout"],
] as const satisfies readonly (readonly [DurationField, DurationField])[];

/** Limits that never come to effect when they are longer than the second of the pair. */
export const NESTED_PAIRS = [
  ["connectTimeout", "firstTokenTimeout"],
  ["firstTokenTimeout", "totalTimeout"],
  ["stallTimeout", "totalTimeout"],
  ["toolStallTimeout", "totalTimeout"],
  ["reasoningStallTimeout", "totalTimeout"],
  ["silenceTimeout", "totalTimeout"],
] as const satisfies readonly (readonly [DurationField, DurationField])[];

/** Most backups of one call: a longer list only delays the error. */
export const MAX_BACKUPS = 8;
