import { expect, test } from "vitest";
import { createProbePlace } from "../../src/route/probe-place.ts";

test("has one place, which only its holder frees", () => {
  const place = createProbePlace();
  const probe = place.take();
  expect(place.take()).toBeUndefined();
  expect(probe && place.release(probe)).toBe(true);
  const next = place.take();
  expect(probe && place.release(probe)).toBe(false);
  expect(next && place.release(next)).toBe(true);
});
