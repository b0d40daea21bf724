/** Says which JSON a field takes. */

import { type DescEnum, type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
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
  const { enum: desc, message, scalar } = field;
  if (desc !== undefined) return describeEnum(desc);
  if (message === undefined) return `cannot be read: expected ${SCALARS.get(scalar) ?? "another kind of value"}`;
  const form = FORMS.get(message.typeName);
  return form === undefined ? describeNoObject(message) : `cannot be read: expected ${form}`;
}

function describeEnum({ values }: DescEnum): string {
  const names = values.filter(({ number }) => number !== 0).map(({ name }) => name);
  return `is not a known name; give one of ${names.join(", ")}`;
}

/** What is wrong with a value that is to be a `desc` and is no object. */
export function describeNoObject({ typeName }: DescMessage): string {
  return `is not an object; give a JSON object of ${typeName}`;
}
