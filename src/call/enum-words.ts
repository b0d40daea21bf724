/** Turns values of protobuf enums into words, and words back into values. */

import type { DescEnum } from "@bufbuild/protobuf";

/** The value's name without that of its enum, as protobuf JSON and errors have it: `RATE_LIMITED`; else its number. */
export function enumName(desc: DescEnum, value: number): string {
  return desc.value[value]?.localName ?? String(value);
}

/** The word of log, metrics and tables: `rate_limited`. A value that the enum does not have is written as its number. */
export function enumWord(desc: DescEnum, value: number): string {
  return enumName(desc, value).toLowerCase();
}

/** The word of a configuration: `openai-chat`. Empty for the unspecified value and for those that the enum does not have. */
export function enumKey(desc: DescEnum, value: number): string {
  return value === 0 || desc.value[value] === undefined ? "" : enumWord(desc, value).replaceAll("_", "-");
}

/** Values by the words of a configuration, in the order of the enum and without the unspecified one. */
export function enumsByKey(desc: DescEnum): ReadonlyMap<string, number> {
  const named = desc.values.filter(({ number }) => number !== 0);
  return new Map(named.map(({ number }) => [enumKey(desc, number), number]));
}
