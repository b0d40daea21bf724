/** Finds the error in what Chat Completions answers. */

import { isObject, type JsonObject } from "../../../call/json-object.ts";
import { readErrorObject, type VendorError } from "../parse-failure.ts";

/** `{error: {...}}` of most, `{error: "..."}` of Ollama, `{message, code}` of vLLM and of gateways, `{detail}` of FastAPI. */
export function readVendorError(document: JsonObject): VendorError | undefined {
  const error = document["error"] ?? document["detail"] ?? document;
  const inner = isObject(error) ? error["innererror"] : undefined;
  return readErrorObject(error, isObject(inner) ? [inner["code"]] : []);
}
