/** Says which JSON a field takes. */

import { type DescEnum, type DescField, ScalarType } from "@bufbuild/protobuf";
import { DurationSchema, TimestampSchema } from "@bufbuild/protobuf/wkt";

const SCALARS: ReadonlyMap<ScalarType | undefined, string> = new Map([
  [ScalarType.STRING, "string"],
  [ScalarType.BOOL, "true or false"],
  [ScalarType.BYTES, "string in base64"],
  [ScalarType.INT32, "number (int32)"],
  [ScalarType.INT64, "whole number, or a string with one (int64)"],
  [ScalarType.DOUBLE, "number (double)"],
]);

/** What has a form of its own, with an example. */
const FORMS: ReadonlyMap<string, string> = new Map([
  [DurationSchema.typeName, 'string with seconds, such as "2.5s"'],
  [TimestampSchema.typeName, 'string with a time, such as "2026-01-31T12:00:00Z"'],
]);

/** What is wrong with a value that does not fit `field`, and what would: of a list or map, one item of it. */
export function describeExpected(field: DescField): string {
  if (field.enum !== undefined) return describeEnum(field.enum);
  return `cannot be read: expected ${nameForm(field)}`;
}

function nameForm({ message, scalar }: DescField): string {
  if (message !== undefined) return FORMS.get(message.typeName) ?? message.typeName;
  return SCALARS.get(scalar) ?? "another kind of value";
}

function describeEnum({ values }: DescEnum): string {
  const names = values.filter(({ number }) => number !== 0).map(({ name }) => name);
  return `is not a known name; give one of ${names.join(", ")}`;
}
