/** Finds what differs between the places and types of two JSON values. */

import type { JsonField } from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";

/** One place that differs. */
export interface FieldDifference {
  readonly kind: "keys" | "types";
  readonly path: string;
  readonly expected: string;
  readonly actual: string;
}

/**
 * Compares the places of two values. What lies below a place that is missing on one side is not told again, and nothing
 * is said about the items of a list that is empty on one side.
 */
export function compareFields(expected: readonly JsonField[], actual: readonly JsonField[]): FieldDifference[] {
  const wanted = new Map(expected.map((field) => [field.path, field.types.join(" or ")]));
  const given = new Map(actual.map((field) => [field.path, field.types.join(" or ")]));
  const differences: FieldDifference[] = [];
  for (const path of new Set([...wanted.keys(), ...given.keys()])) {
    const want = wanted.get(path);
    const got = given.get(path);
    if (want === got || !areComparable(path, wanted, given)) continue;
    const kind = want === undefined || got === undefined ? "keys" : "types";
    differences.push({ kind, path, expected: want ?? "nothing", actual: got ?? "nothing" });
  }
  return differences;
}

/** Whether both sides have what is around the place, so that a difference here is the place's own. */
function areComparable(path: string, wanted: ReadonlyMap<string, string>, given: ReadonlyMap<string, string>): boolean {
  if (path === "") return true;
  const around = path.slice(0, path.lastIndexOf("/"));
  if (path.endsWith("/*")) return wanted.has(path) && given.has(path);
  return wanted.has(around) && wanted.get(around) === given.get(around);
}
