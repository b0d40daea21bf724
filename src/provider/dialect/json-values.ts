/** Reads what an upstream sent, whose shape nobody guarantees. */

import { isObject, type JsonObject } from "../../call/json-object.ts";

/** The object of a JSON text. Throws if it is none. */
export function parseObject(text: string): JsonObject {
  const value: unknown = JSON.parse(text);
  if (!isObject(value)) throw new TypeError("the text is JSON, but no object");
  return value;
}

/** A list; empty if the value is none. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A string; empty if the value is none. */
export function stringOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A number of tokens; undefined if the value is none. */
export function tokensOf(value: unknown): bigint | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : undefined;
}
