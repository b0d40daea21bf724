import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { HoldBack, PolicySchema, Switch } from "../../gen/ts/understudy/v1/routing_pb.ts";
import { PLAIN_CALL, resolvePolicy } from "../../src/plan/policy.ts";

const HOUR_MS = 3_600_000;
const policy = (init: Parameters<typeof create<typeof PolicySchema>>[1]) => create(PolicySchema, init);

describe("the limits of a call that nobody set", () => {
  test.each([
    ["plain text", PLAIN_CALL, { suspectMs: 4_000, confirmMs: 15_000 }, { suspectMs: 5_000, confirmMs: 20_000 }],
    [
      "reasoning",
      { ...PLAIN_CALL, reasons: true },
      { suspectMs: 20_000, confirmMs: 90_000 },
      { suspectMs: 5_000, confirmMs: 20_000 },
    ],
    [
      "tools",
      { ...PLAIN_CALL, declaresTools: true },
      { suspectMs: 4_000, confirmMs: 15_000 },
      { suspectMs: 15_000, confirmMs: 45_000 },
    ],
    [
      "50,000 tokens of input",
      { ...PLAIN_CALL, estimatedInputTokens: 50_000 },
      { suspectMs: 5_666, confirmMs: 17_000 },
      { suspectMs: 5_000, confirmMs: 20_000 },
    ],
  ])("with %s", (_, facts, firstProgress, text) => {
    expect(resolvePolicy([], facts, HOUR_MS).limits).toMatchObject({ firstProgress, text });
  });

  test("hold an answer back for JSON alone", () => {
    expect(resolvePolicy([], PLAIN_CALL, HOUR_MS).holdsBackAnswer).toBe(false);
    expect(resolvePolicy([], { ...PLAIN_CALL, asksForJson: true }, HOUR_MS).holdsBackAnswer).toBe(true);
  });
});

describe("a policy", () => {
  test("of the request rules over the workload's, field by field", () => {
    const resolved = resolvePolicy(
      [
        policy({ maxAttempts: 5 }),
        policy({ maxAttempts: 2, stallTimeout: durationFromMs(3_000), switch: Switch.NEVER }),
      ],
      PLAIN_CALL,
      HOUR_MS,
    );
    expect(resolved).toMatchObject({
      maxAttempts: 5,
      switchesAfterText: false,
      limits: { text: { confirmMs: 3_000 } },
    });
  });

  test("that sets a confirm limit alone suspects after a third of it", () => {
    const { limits } = resolvePolicy([policy({ firstTokenTimeout: durationFromMs(6_000) })], PLAIN_CALL, HOUR_MS);
    expect(limits.firstProgress).toEqual({ suspectMs: 2_000, confirmMs: 6_000 });
  });

  test("that sets a limit is taken as it is, however long the input", () => {
    const facts = { ...PLAIN_CALL, estimatedInputTokens: 100_000 };
    const { limits } = resolvePolicy([policy({ firstTokenTimeout: durationFromMs(6_000) })], facts, HOUR_MS);
    expect(limits.firstProgress.confirmMs).toBe(6_000);
  });

  test("cannot ask for more time than the server gives", () => {
    expect(resolvePolicy([policy({ totalTimeout: durationFromMs(HOUR_MS) })], PLAIN_CALL, 60_000).totalTimeoutMs).toBe(
      60_000,
    );
  });

  test("may let JSON through as it comes", () => {
    const facts = { ...PLAIN_CALL, asksForJson: true };
    expect(resolvePolicy([policy({ holdBack: HoldBack.NONE })], facts, HOUR_MS).holdsBackAnswer).toBe(false);
  });
});
