/** Judges answers by their schemas in a thread of its own, where a caller's schema can neither block nor crash the rest. */

import { createContext, Script } from "node:vm";
import { type Schema, Validator } from "@cfworker/json-schema";
import { makeLenient } from "./lenient-schema.ts";

/** One answer to check. */
export interface SchemaJob {
  readonly schemaJson: string;
  readonly text: string;
  /** Longest time of the check itself, in milliseconds. */
  readonly timeoutMs: number;
}

/** What came of a job. */
export type SchemaVerdict =
  | { readonly kind: "fits" }
  /** The first deviation: the rule that is broken, and how deep. Never where: a path is made of the answer's own keys. */
  | { readonly kind: "broken"; readonly keyword: string; readonly depth: number }
  /** Nothing that can be checked is broken; what was left out, or nothing if the schema cannot be checked at all. */
  | { readonly kind: "unchecked"; readonly leftOut: readonly string[] }
  | { readonly kind: "timed-out" };

// A script's time limit is what ends running code and leaves its thread alive. It ends a regular expression that
// backtracks too, which no timer of this thread could interrupt.
const room: { judge?: () => SchemaVerdict } = {};
const script = new Script("judge()");
createContext(room);

/** Judges one answer, in at most `timeoutMs`. */
export function judgeAnswer({ schemaJson, text, timeoutMs }: SchemaJob): SchemaVerdict {
  room.judge = () => validate(schemaJson, text);
  try {
    return script.runInContext(room, { timeout: timeoutMs });
  } catch (error) {
    return isTimeout(error) ? { kind: "timed-out" } : { kind: "unchecked", leftOut: [] };
  } finally {
    delete room.judge; // holds an answer
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

function isTimeout(error: unknown): boolean {
  // No `instanceof`: the error comes from the script's room.
  return (
    typeof error === "object" && error !== null && "code" in error && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT"
  );
}
