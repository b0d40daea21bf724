/** Judges whether an answer has the form that the request asked for. */

import type { CompleteRequest } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import { isObject, parseJson } from "../../call/json-object.ts";

/** Resolves with what is wrong with a whole answer, or with undefined. */
export type AnswerCheck = (text: string) => Promise<string | undefined>;

/**
 * Checks a JSON text against a JSON schema. Resolves with where it breaks the schema, or with undefined. Bounded in time:
 * the schema is the caller's.
 */
export type SchemaCheck = (schemaJson: string, text: string) => Promise<string | undefined>;

/** The check of a request's answers; undefined if any answer will do. */
export function makeAnswerCheck(request: CompleteRequest, checkSchema: SchemaCheck): AnswerCheck | undefined {
  const { format } = request.responseFormat ?? { format: { case: undefined } };
  switch (format.case) {
    case "jsonObject":
      return (text) => Promise.resolve(isObject(parseJson(text)) ? undefined : "the answer is not a JSON object");
    case "jsonSchema": {
      const { schemaJson } = format.value;
      return async (text) => (parseJson(text) !== undefined ? checkSchema(schemaJson, text) : "the answer is not JSON");
    }
    case "text":
    case undefined:
      return undefined;
  }
}
