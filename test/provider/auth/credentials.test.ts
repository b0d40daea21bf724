import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ProviderSchema } from "../../../gen/ts/understudy/config/v1/config_pb.ts";
import { Credentials } from "../../../src/provider/auth/credentials.ts";
import { prepares } from "./auth-request.ts";

const provider = create(ProviderSchema, { apiKey: "k" });

test("the routes of a provider share its credential, and those of another have their own", () => {
  const credentials = new Credentials();
  const first = credentials.of("a", provider, "bearer");
  expect(credentials.of("a", provider, "bearer")).toBe(first);
  expect(credentials.of("b", provider, "bearer")).not.toBe(first);
});

test("another configuration has its own, whatever its providers are called", () => {
  const renewed = create(ProviderSchema, { apiKey: "other" });
  new Credentials().of("a", provider, "bearer");
  expect(new Credentials().of("a", renewed, "bearer").authorize(prepares())).toEqual({
    kind: "authorized",
    headers: { authorization: "Bearer other" },
  });
});

test("a provider without a key proves itself by nothing", () => {
  const credential = new Credentials().of("a", create(ProviderSchema), "bearer");
  expect(credential.authorize(prepares())).toEqual({ kind: "authorized", headers: {} });
});
