/** Checks answers against schemas in a thread of its own, where a caller's schema can neither block nor crash the rest. */

import { parentPort } from "node:worker_threads";
import { type Schema, Validator } from "@cfworker/json-schema";

/** One answer to check. */
export interface SchemaJob {
  readonly id: number;
  readonly schemaJson: string;
  readonly text: string;
}

/** What came of a job: what is wrong, or undefined. */
export interface SchemaVerdict {
  readonly id: number;
  readonly fault: string | undefined;
}

parentPort?.on("message", ({ id, schemaJson, text }: SchemaJob) => {
  const verdict: SchemaVerdict = { id, fault: judge(schemaJson, text) };
  parentPort?.postMessage(verdict);
});

/** The place of the first deviation, never the text there. */
function judge(schemaJson: string, text: string): string | undefined {
  try {
    const schema: Schema = JSON.parse(schemaJson);
    const { valid, errors } = new Validator(schema, "2020-12").validate(JSON.parse(text));
    if (valid) return undefined;
    const last = errors.at(-1);
    return `the answer breaks its schema: ${last?.keyword ?? "schema"} at ${last?.instanceLocation ?? "#"}`.slice(
      0,
      200,
    );
  } catch {
    return "the answer cannot be checked against its schema";
  }
}
