import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { makeInvalidRequest } from "../../../src/call/invalid-request.ts";
import { makeNotConfigured } from "../../../src/call/not-configured.ts";
import { describeRefusal } from "../../../src/edge/admission/describe-refusal.ts";

test.each([
  ["its own sentence", { reason: ErrorReason.DRAINING, message: "the server stops" }, "the server stops"],
  [
    "the fields that are wrong",
    makeInvalidRequest([
      { field: "messages[0].text", description: "is secret" },
      { field: "x-understudy-timeout-ms", description: "is secret" },
    ]),
    "the request is not valid: messages[0].text, x-understudy-timeout-ms",
  ],
  [
    "no name that the client made up",
    makeInvalidRequest([{ field: "sk_secret", description: "is no field", namedByClient: true }]),
    "the request is not valid: a field that is not named here",
  ],
  [
    "nothing that looks like no field",
    makeInvalidRequest([{ field: "labels.My secret", description: "is no text" }]),
    "the request is not valid: a field that is not named here",
  ],
  [
    "nothing of a text that cannot be read",
    { reason: ErrorReason.INVALID_REQUEST, message: "secret is not JSON" },
    "the request cannot be read",
  ],
  [
    "no name of a workload that is not there",
    makeNotConfigured("workload", "sk-secret", ["summaries"]).refusal,
    "what the request names is not configured",
  ],
])("tells %s", (_name, refusal, sentence) => {
  expect(describeRefusal(refusal)).toBe(sentence);
});

test.each([
  ErrorReason.ROUTE_NOT_FOUND,
  ErrorReason.PROVIDER_NOT_FOUND,
  ErrorReason.NOT_ALLOWED,
  ErrorReason.NOT_CARRIED,
])("repeats no name that came with reason %i", (reason) => {
  expect(describeRefusal({ reason, message: "sk-secret is not here" })).not.toContain("secret");
});
