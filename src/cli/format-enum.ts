/** Writes an enum value as the word that metrics and log use for it. */

import type { DescEnum } from "@bufbuild/protobuf";

/** `RATE_LIMITED` as `rate_limited`. A value that is not known yet is written as its number. */
export function formatEnum(description: DescEnum, value: number): string {
  return description.value[value]?.localName.toLowerCase() ?? String(value);
}
