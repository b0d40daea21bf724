/** Checks JSON schemas of a request. */

import { MAX_JSON_DEPTH, parseJsonObject } from "./parse-json-object.ts";
import type { Violations } from "./violations.ts";

/** Largest schema in bytes. Upstreams refuse schemas of a few hundred properties. */
const MAX_SCHEMA_BYTES = 64 * 1024;

/** Reports a schema that is not a JSON object; with `ofTypeObject`, one that does not describe an object. */
export function checkSchema(schemaJson: string, ofTypeObject: boolean, field: string, violations: Violations): void {
  if (schemaJson === "") return violations.add(field, "is missing", "give a JSON schema");
  if (schemaJson.length > MAX_SCHEMA_BYTES || Buffer.byteLength(schemaJson) > MAX_SCHEMA_BYTES) {
    return violations.add(field, "is larger than 64 KiB", "make the schema smaller");
  }
  const schema = parseJsonObject(schemaJson);
  if (schema === undefined) {
    violations.add(field, "is not a JSON object", `give one JSON object of at most ${MAX_JSON_DEPTH} levels`);
  } else if (ofTypeObject && schema["type"] !== "object") {
    violations.add(field, 'is not a schema of type "object"', 'give {"type":"object","properties":{…}}');
  }
}
