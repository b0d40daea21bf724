/** Checks a policy, of a workload or of a request, against the ranges of its fields. */

import type { DescEnum } from "@bufbuild/protobuf";
import { type Duration, durationMs } from "@bufbuild/protobuf/wkt";
import {
  CacheSchema,
  ContentFilterSchema,
  HedgeSchema,
  HoldBackSchema,
  type Policy,
  PolicySchema,
  SwitchSchema,
  UnsupportedSchema,
} from "../../gen/ts/understudy/v1/routing_pb.ts";
import { formatDuration } from "../time/duration.ts";
import { NESTED_PAIRS, POLICY_DURATIONS_MS, POLICY_NUMBERS, type PolicyRange, SUSPECT_PAIRS } from "./policy-ranges.ts";

/** Takes what is wrong: the field as the proto names it, the mistake, and the mend. */
export type ReportField = (field: string, message: string, mend: string) => void;

const ENUMS = [
  ["switch", SwitchSchema],
  ["holdBack", HoldBackSchema],
  ["hedge", HedgeSchema],
  ["contentFilter", ContentFilterSchema],
  ["unsupported", UnsupportedSchema],
  ["cache", CacheSchema],
] as const satisfies readonly (readonly [keyof Policy, DescEnum])[];

/** A `google.protobuf.Duration` has at most this many nanoseconds beside its seconds. */
const MAX_NANOS = 999_999_999;

/** Reports fields outside their ranges, unknown enum values, and suspect limits that do not lie below their timeouts. */
export function checkPolicy(policy: Policy, report: ReportField): void {
  for (const [field, range] of POLICY_DURATIONS_MS) {
    const duration = policy[field];
    if (duration !== undefined) checkDuration(duration, range, nameOf(field), report);
  }
  for (const [field, { min, max }] of POLICY_NUMBERS) {
    const value = policy[field];
    // Written so that NaN is outside.
    if (value !== undefined && !(value >= min && value <= max)) {
      report(nameOf(field), "is out of range", `give a number from ${min} to ${max}`);
    }
  }
  for (const [field, known] of ENUMS) {
    const desc: DescEnum = known;
    const value = policy[field];
    if (value !== undefined && desc.value[value] === undefined) {
      report(nameOf(field), "is not a known value", `use one of ${namesOf(desc)}`);
    }
  }
  for (const [suspect, timeout] of SUSPECT_PAIRS) {
    if (!isShorter(policy[suspect], policy[timeout], false)) {
      report(nameOf(suspect), `is not shorter than ${nameOf(timeout)}`, "give a shorter one, or leave it out");
    }
  }
}

/** Reports limits that never come to effect, because one around them ends first. */
export function checkNestedLimits(policy: Policy, report: ReportField): void {
  for (const [inner, outer] of NESTED_PAIRS) {
    if (!isShorter(policy[inner], policy[outer], true)) {
      report(nameOf(inner), `is longer than ${nameOf(outer)}, which ends the wait first`, "make one of them fit");
    }
  }
}

function checkDuration(duration: Duration, { min, max }: PolicyRange, field: string, report: ReportField): void {
  const mend = `give a duration from ${min === 0 ? "0s" : formatDuration(min)} to ${formatDuration(max)}`;
  const { seconds, nanos } = duration;
  if (Math.abs(nanos) > MAX_NANOS || (seconds > 0n && nanos < 0) || (seconds < 0n && nanos > 0)) {
    report(field, "is not a valid duration", mend);
    return;
  }
  const ms = durationMs(duration);
  if (ms < min || ms > max) report(field, "is out of range", mend);
}

/** Whether `a` is shorter than `b`, or as long where `orEqual`; true where one of them is not given. */
function isShorter(a: Duration | undefined, b: Duration | undefined, orEqual: boolean): boolean {
  if (a === undefined || b === undefined) return true;
  const difference = durationMs(a) - durationMs(b);
  return orEqual ? difference <= 0 : difference < 0;
}

function nameOf(field: keyof typeof PolicySchema.field): string {
  return PolicySchema.field[field].name;
}

function namesOf(desc: DescEnum): string {
  return desc.values
    .filter((value) => value.number !== 0)
    .map((value) => value.name)
    .join(", ");
}
