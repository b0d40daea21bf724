/** Finds the error in what Messages answers. */

import { isObject, type JsonObject } from "../../../call/json-object.ts";
import { readErrorObject, type VendorError } from "../parse-failure.ts";

/** `{type: "error", error: {type, message}}` of the API, `{error: {code, message}}` of hosts in front of it. */
export function readVendorError(document: JsonObject): VendorError | undefined {
  const error = document["error"] ?? document;
  const details = isObject(error) ? error["details"] : undefined;
  return readErrorObject(error, isObject(details) ? [details["error_code"]] : []);
}
