import { inspect } from "node:util";
import { expect, test } from "vitest";
import { createStaticKey } from "../../../src/provider/auth/static-key.ts";
import type { AuthKind } from "../../../src/vendor/vendor.ts";
import { prepares } from "./auth-request.ts";

test.each<[AuthKind, Readonly<Record<string, string>>]>([
  ["x-api-key", { "x-api-key": "k" }],
  ["api-key", { "api-key": "k" }],
  ["bearer", { authorization: "Bearer k" }],
])("sends a key as %s", (auth, headers) => {
  expect(createStaticKey(auth, "k").authorize(prepares())).toEqual({ kind: "authorized", headers });
});

test("sends nothing where there is no key", () => {
  expect(createStaticKey("bearer", "").authorize(prepares())).toEqual({ kind: "authorized", headers: {} });
});

test("makes nothing anew for a request, and stays what it is after a refusal", () => {
  const credential = createStaticKey("bearer", "k");
  const before = credential.authorize(prepares());
  credential.invalidate();
  expect(credential.authorize(prepares())).toBe(before);
});

test("shows no key when it is printed", () => {
  const credential = createStaticKey("bearer", "verysecret");
  expect(inspect(credential, { depth: 9, showHidden: true }) + JSON.stringify(credential)).not.toContain("verysecret");
});
