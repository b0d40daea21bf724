import { expect, test } from "vitest";
import { parseLimitReset, parseRetryAfter } from "../../src/wire/retry-after.ts";

const NOW_MS = Date.parse("2026-11-23T00:00:00Z");

test.each([
  [{}, undefined],
  [{ "retry-after": "7" }, 7_000],
  [{ "retry-after": "1.5" }, 1_500],
  [{ "retry-after": "0" }, 250],
  [{ "retry-after": "-3" }, 250],
  [{ "retry-after": "soon" }, undefined],
  [{ "retry-after": "999999999999" }, 86_400_000],
  [{ "retry-after": "Mon, 23 Nov 2026 00:01:00 GMT" }, 60_000],
  [{ "retry-after": "Sun, 22 Nov 2026 00:01:00 GMT" }, 250],
  [{ "retry-after-ms": "1200", "retry-after": "7" }, 1_200],
  [{ "retry-after-ms": ["1200", "9"] }, 1_200],
  [{ "retry-after-ms": "x", "retry-after": "7" }, 7_000],
  [{ "anthropic-ratelimit-tokens-remaining": "0", "anthropic-ratelimit-tokens-reset": "2026-11-23T00:00:30Z" }, 30_000],
  [
    { "anthropic-ratelimit-tokens-remaining": "5", "anthropic-ratelimit-tokens-reset": "2026-11-23T00:00:30Z" },
    undefined,
  ],
  [
    {
      "anthropic-ratelimit-requests-remaining": "0",
      "anthropic-ratelimit-requests-reset": "2026-11-23T00:00:10Z",
      "anthropic-ratelimit-output-tokens-remaining": "0",
      "anthropic-ratelimit-output-tokens-reset": "2026-11-23T00:00:40Z",
    },
    40_000,
  ],
  [{ "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6m0s" }, 360_000],
  [{ "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "1h2m3.5s" }, 3_723_500],
  [{ "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "320ms" }, 320],
  [{ "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "6 parsecs" }, undefined],
  [{ "retry-after-ms": "0", "retry-after": "1" }, 1_000],
  [{ "retry-after-ms": "0" }, undefined],
  [{ "x-ratelimit-remaining": "0", "x-ratelimit-reset": "2" }, 2_000],
  [{ "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(NOW_MS + 30_000) }, 30_000],
  [{ "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(NOW_MS / 1000 + 30) }, 30_000],
  [{ "x-ratelimit-remaining": "59", "x-ratelimit-reset": "2" }, undefined],
  [{ "retry-after": "2", "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6m0s" }, 2_000],
])("reads %o as %s ms", (headers, waitMs) => {
  expect(parseRetryAfter(headers, NOW_MS) ?? parseLimitReset(headers, NOW_MS)).toBe(waitMs);
});
