import { create, fromJson, type MessageInitShape } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { PolicySchema } from "../../gen/ts/understudy/v1/routing_pb.ts";
import { checkPolicy } from "../../src/config/check-policy.ts";
import { POLICY_DURATIONS_MS, POLICY_NUMBERS } from "../../src/config/policy-ranges.ts";

function check(policy: MessageInitShape<typeof PolicySchema>): readonly string[] {
  const problems: string[] = [];
  checkPolicy(create(PolicySchema, policy), (field, message, mend) => problems.push(`${field} ${message}; ${mend}`));
  return problems;
}

describe("the ranges of a policy", () => {
  test("cover every field that is not an enum", () => {
    const covered = [...POLICY_DURATIONS_MS, ...POLICY_NUMBERS].map(([field]) => field);
    const fields = PolicySchema.fields.filter((field) => field.fieldKind !== "enum").map((field) => field.localName);
    expect(covered.toSorted()).toEqual(fields.toSorted());
  });

  test.each(POLICY_DURATIONS_MS)("hold for %s", (field, { min, max }) => {
    expect(check({ [field]: durationFromMs(min) })).toEqual([]);
    expect(check({ [field]: durationFromMs(max) })).toEqual([]);
    expect(check({ [field]: durationFromMs(min - 1) })).toHaveLength(1);
    expect(check({ [field]: durationFromMs(max + 1) })).toHaveLength(1);
  });

  test.each<[MessageInitShape<typeof PolicySchema>, string]>([
    [{ minTokensPerS: Number.NaN }, "min_tokens_per_s is out of range; give a number from 0 to 1000"],
    [{ maxAttempts: 0 }, "max_attempts is out of range; give a number from 1 to 8"],
    [fromJson(PolicySchema, { switch: 9 }), "switch is not a known value; use one of SWITCH_CONTINUE, SWITCH_NEVER"],
    [
      fromJson(PolicySchema, { hedge: -1 }),
      "hedge is not a known value; use one of HEDGE_OFF, HEDGE_BEFORE_FIRST_TOKEN",
    ],
    [
      { stallTimeout: { seconds: 1n, nanos: 1_000_000_000 } },
      "stall_timeout is not a valid duration; give a duration from 1ms to 1h",
    ],
    [
      { stallTimeout: { seconds: 1n, nanos: -1 } },
      "stall_timeout is not a valid duration; give a duration from 1ms to 1h",
    ],
    [
      { stallTimeout: { seconds: 9_000_000_000_000_000_000n } },
      "stall_timeout is out of range; give a duration from 1ms to 1h",
    ],
    [
      { toolStallSuspect: { seconds: 5n }, toolStallTimeout: { seconds: 5n } },
      "tool_stall_suspect is not shorter than tool_stall_timeout; give a shorter one, or leave it out",
    ],
  ])("refuse %o", (policy, problem) => {
    expect(check(policy)).toEqual([problem]);
  });
});
