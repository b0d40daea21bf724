/** Turns the text of a configuration into a tree that knows its lines. */

import { isAlias, isNode, LineCounter, type Node, parseDocument, visit, type YAMLError } from "yaml";
import type { Position } from "./problem.ts";
import type { Problems } from "./problems.ts";
import { yamlMistake } from "./yaml-mistake.ts";

/** Largest file in characters. A thousand routes take a tenth of it. */
export const MAX_CONFIG_CHARACTERS = 1024 * 1024;

/** A parsed file. */
export interface YamlTree {
  /** Undefined in an empty file. */
  readonly root: Node | undefined;
  positionOf(node: unknown): Position | undefined;
  /** The node that an alias stands for; any other node, and an alias without its anchor, is itself. */
  resolve(node: unknown): unknown;
}

/** Parses one YAML document. Fails with `ConfigError`. */
export function parseYaml(text: string, problems: Problems): YamlTree {
  if (text.length > MAX_CONFIG_CHARACTERS) {
    problems.giveUp("the file is larger than 1 MiB", "check that this is the right file");
  }
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false, // They quote the file, which may hold keys.
    uniqueKeys: false, // Compares every pair of keys; the reader looks for duplicates in linear time.
    resolveKnownTags: false,
    merge: false,
    logLevel: "error",
  });
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  reportErrors([...document.errors, ...document.warnings], text, positionAt, problems);
  problems.throwIfAny();
  const targets = resolveAliases(document.contents);
  return {
    root: document.contents ?? undefined,
    positionOf: (node) => (isNode(node) && node.range ? positionAt(node.range[0]) : undefined),
    resolve: (node) => (isAlias(node) ? (targets.get(node) ?? node) : node),
  };
}

function reportErrors(
  errors: readonly YAMLError[],
  text: string,
  positionAt: (offset: number) => Position,
  problems: Problems,
): void {
  let lastLine = 0;
  for (const error of errors) {
    const position = positionAt(error.pos[0]);
    // Further errors of a line mostly follow from its first.
    if (position.line === lastLine) continue;
    lastLine = position.line;
    const start = text.lastIndexOf("\n", error.pos[0] - 1) + 1;
    const end = text.indexOf("\n", error.pos[0]);
    const { message, mend } = yamlMistake(error.code, text.slice(start, end === -1 ? undefined : end));
    problems.reportAt(position, "", message, mend);
  }
}

/** Finds what every alias stands for in one pass; the library's own way takes a pass for each. */
function resolveAliases(root: Node | null): Map<unknown, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<unknown, Node>();
  visit(root, {
    Node: (_key, node) => {
      const target = isAlias(node) ? anchors.get(node.source) : undefined;
      if (target !== undefined) targets.set(node, target);
      else if (!isAlias(node) && node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return targets;
}
