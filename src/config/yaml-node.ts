/** Looks at nodes of a YAML tree. */

import { isAlias, isMap, isScalar, isSeq } from "yaml";
import { kindOf } from "./read-scalar.ts";
import type { YamlMistake } from "./yaml-mistake.ts";

/** A key as text: `8080` is one too; undefined for lists, maps and nothing. */
export function plainKey(node: unknown): string | undefined {
  if (!isScalar(node)) return undefined;
  if (typeof node.value === "string") return node.value;
  return typeof node.value === "number" ? (node.source ?? String(node.value)) : undefined;
}

/** Says what a node is where something else was wanted, and how to mend it. */
export function nodeMistake(node: unknown, wanted: string, mend: string): YamlMistake {
  if (isAlias(node)) return { message: "is an alias without its anchor", mend: "put the anchor before it" };
  if (isMap(node)) return { message: `is a map, not ${wanted}`, mend };
  if (isSeq(node)) return { message: `is a list, not ${wanted}`, mend };
  const value = isScalar(node) ? node.value : undefined;
  if (value === null || value === undefined) return { message: "has no value", mend: "give one, or remove the key" };
  return { message: `is ${kindOf(value)}, not ${wanted}`, mend };
}
