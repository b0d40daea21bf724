/** Turns one YAML scalar into the value of a field: text, number, truth value, enum value or duration. */

import { type DescEnum, ScalarType } from "@bufbuild/protobuf";
import { enumsByKey } from "../call/enum-words.ts";
import { parseDuration } from "../time/duration.ts";
import { suggest } from "./nearest.ts";
import { showText } from "./show-text.ts";

/** A scalar of the file: what YAML made of it, after its variables were filled in. */
export interface SourceScalar {
  readonly value: unknown;
  /** Whether the text came from the environment: it may be a number then, and is not shown. */
  readonly usesVariable: boolean;
}

/** A value that fits its field, or what is wrong with it. */
export type ReadValue =
  | { readonly kind: "value"; readonly value: string | number | bigint | boolean }
  | { readonly kind: "wrong"; readonly message: string; readonly mend: string };

const INT32_MAX = 2 ** 31 - 1;

/** Reads a scalar for a field of type `type`. Only the types that configurations use are known. */
export function readScalar(scalar: SourceScalar, type: ScalarType | undefined): ReadValue {
  switch (type) {
    case ScalarType.STRING:
      return readText(scalar);
    case ScalarType.BOOL:
      return readBool(scalar);
    case ScalarType.DOUBLE:
      return readNumber(scalar, "a number", Number.isFinite, (value) => value);
    case ScalarType.INT32:
      return readNumber(scalar, "a whole number", fitsInt32, (value) => value);
    case ScalarType.INT64:
      return readNumber(scalar, "a whole number", Number.isSafeInteger, BigInt);
    default:
      return wrong("cannot be given in a configuration", "remove it");
  }
}

/** Reads an enum value by its short name. */
export function readEnum(scalar: SourceScalar, desc: DescEnum): ReadValue {
  const names = enumsByKey(desc);
  const known = [...names.keys()];
  if (typeof scalar.value !== "string") return wrong(`is ${kindOf(scalar.value)}`, `use one of ${known.join(", ")}`);
  const value = names.get(scalar.value);
  if (value !== undefined) return { kind: "value", value };
  return wrong(`${shown(scalar)} is not known`, suggest(scalar.value, known, `use one of ${known.join(", ")}`));
}

/** Reads a duration into milliseconds. */
export function readDurationMs(scalar: SourceScalar): ReadValue {
  const { value } = scalar;
  if (typeof value === "number") return wrong("is a number without a unit", "write a duration like 500ms, 20s or 2m");
  if (typeof value !== "string") return wrong(`is ${kindOf(value)}, not a duration`, "write it like 500ms, 20s or 2m");
  const ms = parseDuration(value);
  if (ms !== undefined) return { kind: "value", value: ms };
  return wrong(`${shown(scalar)} is not a duration`, "write it like 500ms, 1.5s, 20s, 2m or 1h, with one unit");
}

/** What YAML made of a value, in words. */
export function kindOf(value: unknown): string {
  if (typeof value === "string") return "a text";
  if (typeof value === "number" || typeof value === "bigint") return "a number";
  if (typeof value === "boolean") return "true or false";
  return "not a plain value";
}

function readText({ value }: SourceScalar): ReadValue {
  if (typeof value === "string") return { kind: "value", value };
  return wrong(`is ${kindOf(value)}, not a text`, "put it in quotes");
}

function readBool({ value, usesVariable }: SourceScalar): ReadValue {
  if (typeof value === "boolean") return { kind: "value", value };
  if (usesVariable && (value === "true" || value === "false")) return { kind: "value", value: value === "true" };
  return wrong(`is ${kindOf(value)}, not true or false`, "write true or false without quotes");
}

function readNumber(
  scalar: SourceScalar,
  wanted: string,
  fits: (value: number) => boolean,
  convert: (value: number) => number | bigint,
): ReadValue {
  const value = scalar.usesVariable ? numberOf(scalar.value) : scalar.value;
  if (typeof value !== "number") return wrong(`is ${kindOf(value)}, not ${wanted}`, "write digits without quotes");
  if (!fits(value)) return wrong(`is not ${wanted} that fits`, `write ${wanted} of usual size`);
  return { kind: "value", value: convert(value) };
}

function fitsInt32(value: number): boolean {
  return Number.isInteger(value) && value >= -INT32_MAX - 1 && value <= INT32_MAX;
}

/** The number that a variable holds; the value itself if it holds none. */
function numberOf(value: unknown): unknown {
  return typeof value === "string" && /^-?\d{1,15}(?:\.\d{1,15})?$/.test(value) ? Number(value) : value;
}

function shown({ value, usesVariable }: SourceScalar): string {
  return usesVariable || typeof value !== "string" ? "the value of its variable" : showText(value);
}

function wrong(message: string, mend: string): ReadValue {
  return { kind: "wrong", message, mend };
}
