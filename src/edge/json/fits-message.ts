/** Tells whether the protocol library takes a JSON value as a message. */

import { type DescMessage, fromJson, type JsonValue } from "@bufbuild/protobuf";

/** Whether `value` is a `desc` in JSON, without a field that is not known. */
export function fitsMessage(desc: DescMessage, value: JsonValue): boolean {
  try {
    fromJson(desc, value);
    return true;
  } catch {
    return false;
  }
}
