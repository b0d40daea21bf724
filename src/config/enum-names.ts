/** Names of enum values as a configuration has them: `DIALECT_OPENAI_CHAT` is `openai-chat`. */

import type { DescEnum } from "@bufbuild/protobuf";

/** Numbers by their short names, without the unspecified value. */
export function enumNames(desc: DescEnum): ReadonlyMap<string, number> {
  const named = desc.values.filter((value) => value.number !== 0);
  return new Map(named.map((value) => [value.localName.toLowerCase().replaceAll("_", "-"), value.number]));
}

/** The short name of a value; empty for the unspecified one and for numbers that the enum does not have. */
export function enumName(desc: DescEnum, value: number): string {
  for (const [name, number] of enumNames(desc)) if (number === value) return name;
  return "";
}
