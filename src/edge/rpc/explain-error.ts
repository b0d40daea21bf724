/** Says in the gateway's own words what the protocol library found wrong with a request. */

import type { Registry } from "@bufbuild/protobuf";
import { Code, type ConnectError } from "@connectrpc/connect";
import { closest, distance } from "fastest-levenshtein";

import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import type { FieldViolation, Refusal } from "../../call/refusal.ts";
import { internalRefusal } from "../refusal-of.ts";

/** Longest name of an unknown field that is repeated, in characters. */
const MAX_NAME_LENGTH = 64;
/** Most edits between an unknown field and the known one that is offered for it. */
const MAX_TYPING_ERRORS = 3;

const reasons = new Map<Code, ErrorReason>([
  [Code.InvalidArgument, ErrorReason.INVALID_REQUEST],
  [Code.ResourceExhausted, ErrorReason.TOO_LARGE],
  [Code.Unimplemented, ErrorReason.NOT_CARRIED],
  [Code.DeadlineExceeded, ErrorReason.DEADLINE_EXCEEDED],
]);

/**
 * Makes a refusal of an error that the protocol library raised: a body that cannot be read, an unknown field, a
 * message that is too large. Values of the request are left out. `registry` knows the messages and their fields.
 */
export function explainError(error: ConnectError, registry: Registry): Refusal {
  const message = error.rawMessage;
  const unknownField = /cannot decode message (\S+) from JSON: key "([^]*)" is unknown$/.exec(message);
  if (unknownField) return invalid(violationOfUnknown(unknownField[1] ?? "", unknownField[2] ?? "", registry));

  const wrongName = /cannot decode enum (\S+) from JSON: /.exec(message);
  if (wrongName) return invalid(violationOfName(wrongName[1] ?? "", registry));

  const wrongValue = /cannot decode (?:field|oneof) (\S+) from JSON: ([^]*)$/.exec(message);
  if (wrongValue) return invalid(violationOfValue(wrongValue[1] ?? "", wrongValue[2] ?? ""));

  const unreadable = /cannot decode message (\S+) from JSON: /.exec(message)?.[1];
  if (unreadable !== undefined) {
    return { reason: ErrorReason.INVALID_REQUEST, message: describeUnreadable(unreadable, message) };
  }

  if (message.startsWith("parse binary: ")) {
    const text = "the request cannot be decoded: it is not a protobuf message of this method";
    return { reason: ErrorReason.INVALID_REQUEST, message: text };
  }
  if (error.code === Code.DeadlineExceeded) {
    return { reason: ErrorReason.DEADLINE_EXCEEDED, message: "the call was not answered within its deadline" };
  }
  const reason = reasons.get(error.code);
  if (reason === undefined) return internalRefusal;
  return { reason, message: `the request cannot be read: ${message}` };
}

function invalid(violation: FieldViolation): Refusal {
  const message = `${violation.field}: ${violation.description}`;
  return { reason: ErrorReason.INVALID_REQUEST, message, violations: [violation] };
}

function violationOfUnknown(typeName: string, key: string, registry: Registry): FieldViolation {
  const field = key.slice(0, MAX_NAME_LENGTH);
  const known = registry.getMessage(typeName)?.fields.map(({ name }) => name) ?? [];
  const nearest = known.length > 0 ? closest(field, known) : "";
  const mend =
    nearest !== "" && distance(field, nearest) <= MAX_TYPING_ERRORS
      ? `did you mean ${nearest}?`
      : `it has ${known.join(", ")}`;
  return { field, description: `${typeName} has no field of this name; ${mend}` };
}

/** The library names the enum and not the field: ours are named alike (`understudy.v1.Role` is `role`). */
function violationOfName(typeName: string, registry: Registry): FieldViolation {
  const names = registry.getEnum(typeName)?.values.filter(({ number }) => number !== 0) ?? [];
  const field = (typeName.split(".").at(-1) ?? "").replaceAll(/(?<=[a-z])(?=[A-Z])/g, "_").toLowerCase();
  return { field, description: `the name is not known; give one of ${names.map(({ name }) => name).join(", ")}` };
}

function violationOfValue(path: string, description: string): FieldViolation {
  const field = path.slice(path.lastIndexOf(".") + 1);
  // What follows is the value itself.
  const expectation = description.split(", got ")[0] ?? "";
  return { field, description: `the value cannot be read: ${expectation}` };
}

function describeUnreadable(typeName: string, message: string): string {
  if (message.includes("duplicate object key")) return "the request has a JSON key twice in one object";
  // What the JSON parser itself says; it also quotes the request.
  if (!/valid JSON|JSON input|in JSON at/.test(message)) return `a value of the request is not a ${typeName}`;
  const position = /at position (\d+)/.exec(message)?.[1];
  return `the request is not valid JSON${position === undefined ? "" : ` (at character ${position})`}`;
}
