/** Says where and why a JSON text is no request of a method. */

import { type DescMessage, fromJsonString, type JsonValue } from "@bufbuild/protobuf";

import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { makeInvalidRequest } from "../../call/invalid-request.ts";
import { isObject } from "../../call/json-object.ts";
import type { Refusal } from "../../call/refusal.ts";
import { describeSyntaxError } from "./describe-syntax-error.ts";
import { findJsonFault } from "./find-json-fault.ts";
import { fitsMessage } from "./fits-message.ts";

/** Makes the refusal of a text that is not a `desc` in JSON; undefined if it is one. Values are left out. */
export function explainJson(desc: DescMessage, text: string): Refusal | undefined {
  let value: JsonValue;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refuse(`the request is ${describeSyntaxError(error)}`);
  }
  if (!isObject(value)) return refuse(`the request is not a JSON object; give a ${desc.typeName}`);
  const fault = findJsonFault(desc, value, "");
  if (fault !== undefined) return makeInvalidRequest([fault]);
  if (!fitsMessage(desc, value)) return refuse(`the request is not a ${desc.typeName} in JSON`);
  // A parser keeps the last of two members of one name, so only the text shows them.
  return fitsAsText(desc, text) ? undefined : refuse("the request has a JSON key twice in one object");
}

function fitsAsText(desc: DescMessage, text: string): boolean {
  try {
    fromJsonString(desc, text);
    return true;
  } catch {
    return false;
  }
}

function refuse(message: string): Refusal {
  return { reason: ErrorReason.INVALID_REQUEST, message };
}
