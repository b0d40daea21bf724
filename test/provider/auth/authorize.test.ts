import { expect, test } from "vitest";
import { authorize } from "../../../src/provider/auth/authorize.ts";
import type { Authorization, Credential } from "../../../src/provider/auth/credential.ts";
import { createStaticKey } from "../../../src/provider/auth/static-key.ts";
import { prepares } from "./auth-request.ts";

const AUTHORIZED: Authorization = { kind: "authorized", headers: { "x-api-key": "k" } };

function fetches(authorization: Promise<Authorization>): Credential {
  return { authorize: () => authorization, invalidate() {} };
}

test("gives a key at once, without a promise", () => {
  expect(authorize(createStaticKey("x-api-key", "k"), prepares())).toEqual(AUTHORIZED);
});

test("waits for what is fetched", async () => {
  expect(await authorize(fetches(Promise.resolve(AUTHORIZED)), prepares())).toEqual(AUTHORIZED);
});

test("gives up what hangs when the request is aborted", async () => {
  const abort = new AbortController();
  const waiting = authorize(fetches(new Promise(() => {})), prepares(abort.signal));
  abort.abort();
  expect(await waiting).toBeUndefined();
});

test("gives up at once what hangs where the request was aborted before", async () => {
  expect(await authorize(fetches(new Promise(() => {})), prepares(AbortSignal.abort()))).toBeUndefined();
});
