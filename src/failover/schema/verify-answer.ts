/** Judges whether an answer has the form that the request asked for. */

import type { CompleteRequest } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import { isObject, parseJson } from "../../call/json-object.ts";

/** What is found of a whole answer, in a sentence without text of the model. */
export type Finding =
  | { readonly kind: "fits" }
  /** It does not have the form that was asked for. */
  | { readonly kind: "fault"; readonly message: string }
  /** It may have it; a part of the schema says nothing that can be checked. */
  | { readonly kind: "unchecked"; readonly message: string };

/** Judges a whole answer. Never rejects. */
export type AnswerCheck = (text: string) => Promise<Finding>;

/**
 * Checks a JSON text against a JSON schema. Bounded in time: the schema is the caller's. `tenant` is who must not wait
 * for the checks of others.
 */
export type SchemaCheck = (schemaJson: string, text: string, tenant: string) => Promise<Finding>;

const FITS: Finding = { kind: "fits" };

/** The check of a request's answers; undefined if any answer will do. */
export function makeAnswerCheck(
  request: CompleteRequest,
  tenant: string,
  checkSchema: SchemaCheck,
): AnswerCheck | undefined {
  const { format } = request.responseFormat ?? { format: { case: undefined } };
  switch (format.case) {
    case "jsonObject":
      return (text) => Promise.resolve(isObject(parseJson(text)) ? FITS : fault("the answer is not a JSON object"));
    case "jsonSchema": {
      const { schemaJson } = format.value;
      return async (text) =>
        parseJson(text) === undefined ? fault("the answer is not JSON") : checkSchema(schemaJson, text, tenant);
    }
    case "text":
    case undefined:
      return undefined;
  }
}

function fault(message: string): Finding {
  return { kind: "fault", message };
}
