/** Turns an enum's value into prose. */

import type { DescEnum } from "@bufbuild/protobuf";

/** `SWITCH_REASON_TIMED_OUT` is `timed out`; a value that this client does not know yet is its number. */
export function enumWord(schema: DescEnum, value: number): string {
  return schema.value[value]?.localName.toLowerCase().replaceAll("_", " ") ?? String(value);
}
