/** Finds what a request says in the words of one wire format. */

import type { CompleteRequest } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import type { JsonObject } from "../../call/json-object.ts";
import { parseObject } from "./json-values.ts";

/** The fields for a dialect as they were given. Throws if they are no JSON, which validation refuses. */
export function makeDialectFields({ dialectFields }: CompleteRequest, dialect: string): JsonObject {
  const given = dialectFields.find((fields) => fields.dialect === dialect);
  return given === undefined ? {} : parseObject(given.fieldsJson);
}
