/** Finds the plain value of a field that the protocol library does not take: text, number, enum, length of time. */

import type { DescField, DescMessage, JsonValue } from "@bufbuild/protobuf";

import { isObject } from "../../call/json-object.ts";
import type { FieldViolation } from "../../call/refusal.ts";
import { showKey } from "../../config/show-text.ts";
import { describeExpected } from "./describe-expected.ts";
import { fitsMessage } from "./fits-message.ts";

/** Items of a list that are looked at together, then one by one if something is wrong with them. */
const ITEMS_AT_ONCE = 1_000;

/**
 * The fault of the value of `field`, which is at `at`; undefined if it fits. The library itself is asked, about this
 * field of `owner` alone, so that both are always of one mind.
 */
export function findUnfitValue(
  owner: DescMessage,
  field: DescField,
  value: JsonValue,
  at: string,
): FieldViolation | undefined {
  const fits = (some: JsonValue): boolean => fitsMessage(owner, { [field.jsonName]: some });
  if (fits(value)) return undefined;
  const description = describeExpected(field);
  if (field.fieldKind === "list") {
    if (!Array.isArray(value)) return { field: at, description: "is not a list; give a list" };
    return { field: `${at}[${findUnfit(value, fits)}]`, description };
  }
  if (field.fieldKind === "map") {
    if (!isObject(value)) return { field: at, description: "is not an object; give a JSON object" };
    const entries = Object.entries(value);
    const [key = ""] = entries[findUnfit(entries, (some) => fits(Object.fromEntries(some)))] ?? [];
    return { field: `${at}.${showKey(key)}`, description, namedByClient: true };
  }
  return { field: at, description };
}

/** The first item that does not fit. Asks about many at once, because a request may have millions. */
function findUnfit<Item>(items: readonly Item[], fit: (some: Item[]) => boolean): number {
  for (let start = 0; start < items.length; start += ITEMS_AT_ONCE) {
    const some = items.slice(start, start + ITEMS_AT_ONCE);
    if (fit(some)) continue;
    const offset = some.findIndex((item) => !fit([item]));
    return start + Math.max(offset, 0);
  }
  return 0;
}
