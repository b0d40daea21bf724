/** Judges answers by their schemas in a thread of its own, where a caller's schema can neither block nor crash the rest. */

import { type Schema, Validator } from "@cfworker/json-schema";
import { makeLenient } from "./lenient-schema.ts";

/** One answer to check. */
export interface SchemaJob {
  readonly schemaJson: string;
  readonly text: string;
  /** Shared with the caller: set when the check begins, by `process.hrtime`. */
  readonly begunAtNs: BigInt64Array<SharedArrayBuffer>;
}

/** What came of a job. */
export type SchemaVerdict =
  | { readonly kind: "fits" }
  /** The first deviation: the rule that is broken, and how deep. Never where: a path is made of the answer's own keys. */
  | { readonly kind: "broken"; readonly keyword: string; readonly depth: number }
  /** Nothing that can be checked is broken; what was left out, or nothing if the schema cannot be checked at all. */
  | { readonly kind: "unchecked"; readonly leftOut: readonly string[] };

/**
 * Judges one answer, for as long as it takes: whoever waits ends the thread. A script's own time limit would lift the end
 * of a thread that is out of memory, and the process would end instead.
 */
export function judgeAnswer({ schemaJson, text, begunAtNs }: SchemaJob): SchemaVerdict {
  Atomics.store(begunAtNs, 0, process.hrtime.bigint());
  try {
    return validate(schemaJson, text);
  } catch {
    return { kind: "unchecked", leftOut: [] };
  }
}

function validate(schemaJson: string, text: string): SchemaVerdict {
  const { schemaJson: readable, leftOut } = makeLenient(schemaJson);
  const schema: Schema = JSON.parse(readable);
  const { valid, errors } = new Validator(schema, "2020-12").validate(JSON.parse(text));
  if (valid) return leftOut.length === 0 ? { kind: "fits" } : { kind: "unchecked", leftOut };
  const last = errors.at(-1);
  const depth = (last?.instanceLocation ?? "#").split("/").length - 1;
  return { kind: "broken", keyword: last?.keyword ?? "schema", depth };
}
