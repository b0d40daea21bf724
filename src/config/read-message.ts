/** Reads a YAML tree into a message by walking the message's descriptor, and notes where each value stands. */

import { type DescEnum, type DescField, type DescMessage, type ScalarType } from "@bufbuild/protobuf";
import { type ReflectList, type ReflectMap, type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import { DurationSchema, durationFromMs } from "@bufbuild/protobuf/wkt";
import { isMap, isScalar, isSeq, type YAMLMap } from "yaml";
import { type Environment, expandVariables } from "./expand-variables.ts";
import { suggest } from "./nearest.ts";
import type { YamlTree } from "./parse-yaml.ts";
import type { Problems } from "./problems.ts";
import { type ReadValue, readDurationMs, readEnum, readScalar, type SourceScalar } from "./read-scalar.ts";
import { showKey } from "./show-text.ts";
import { pathInside } from "./source-map.ts";
import { nodeMistake, plainKey } from "./yaml-node.ts";

/** Most values of one configuration. Aliases can multiply a small file into many. */
const MAX_VALUES = 100_000;

/** What a plain value is read as: exactly one of the two. */
interface PlainType {
  readonly scalar: ScalarType | undefined;
  readonly enum: DescEnum | undefined;
}

/** Reads the values of one file. */
export class MessageReader {
  readonly #tree: YamlTree;
  readonly #env: Environment;
  readonly #problems: Problems;
  #values = 0;

  constructor(tree: YamlTree, env: Environment, problems: Problems) {
    this.#tree = tree;
    this.#env = env;
    this.#problems = problems;
  }

  /** Sets the fields of `message` that the map at `node` has. What is wrong is reported, and its field left unset. */
  readInto(message: ReflectMessage, node: unknown, path: string): void {
    const map = this.#expectMap(node, path);
    if (map === undefined) return;
    const fields = new Map(message.fields.map((field) => [field.name, field]));
    for (const [name, value, keyNode] of this.#entries(map, path)) {
      const field = fields.get(name);
      const at = pathInside(path, showKey(name));
      if (field === undefined) this.#unknownKey(name, [...fields.keys()], path, keyNode);
      else if (this.#isFree(message, field, at)) this.#readField(message, field, value, at);
    }
  }

  #readField(message: ReflectMessage, field: DescField, node: unknown, path: string): void {
    switch (field.fieldKind) {
      case "scalar":
      case "enum": {
        const value = this.#readPlain(field, node, path);
        if (value !== undefined) message.set(field, value);
        return;
      }
      case "message": {
        const value = this.#readNested(field.message, node, path);
        if (value !== undefined) message.set(field, value);
        return;
      }
      case "list":
        return this.#readList(message.get(field), field, node, path);
      case "map":
        return this.#readMap(message.get(field), field, node, path);
    }
  }

  #readPlain(type: PlainType, node: unknown, path: string): unknown {
    return this.#convert(node, path, (scalar) => {
      if (type.enum !== undefined) return readEnum(scalar, type.enum);
      return readScalar(scalar, type.scalar);
    });
  }

  #readNested(desc: DescMessage, node: unknown, path: string): ReflectMessage | undefined {
    if (desc.typeName === DurationSchema.typeName) {
      const ms = this.#convert(node, path, readDurationMs);
      return typeof ms === "number" ? reflect(DurationSchema, durationFromMs(ms)) : undefined;
    }
    const nested = reflect(desc);
    this.readInto(nested, node, path);
    return nested;
  }

  #readList(list: ReflectList, field: DescField & { fieldKind: "list" }, node: unknown, path: string): void {
    const sequence = this.#tree.resolve(node);
    if (!isSeq(sequence)) return this.#wrongKind(node, path, "a list", "write it as [a, b]");
    for (const [index, item] of sequence.items.entries()) {
      const at = `${path}[${index}]`;
      this.#place(item, at);
      const value =
        field.listKind === "message" ? this.#readNested(field.message, item, at) : this.#readPlain(field, item, at);
      if (value !== undefined) list.add(value);
    }
  }

  #readMap(target: ReflectMap, field: DescField & { fieldKind: "map" }, node: unknown, path: string): void {
    const map = this.#expectMap(node, path);
    if (map === undefined) return;
    for (const [key, item] of this.#entries(map, path)) {
      const at = pathInside(path, showKey(key));
      if (key === "__proto__") this.#problems.report(at, "this name cannot be used", "choose another");
      else {
        const value =
          field.mapKind === "message" ? this.#readNested(field.message, item, at) : this.#readPlain(field, item, at);
        if (value !== undefined) target.set(key, value);
      }
    }
  }

  /** The entries of a map with a plain key each, every key once. */
  *#entries(map: YAMLMap, path: string): Generator<[key: string, value: unknown, keyNode: unknown]> {
    const seen = new Set<string>();
    for (const { key: keyNode, value } of map.items) {
      const key = plainKey(keyNode);
      const position = this.#tree.positionOf(keyNode) ?? this.#problems.source.positionOf(path);
      if (key === undefined) {
        this.#problems.reportAt(position, pathInside(path, "?"), "is not a plain word", "write `name: value`");
        continue;
      }
      const at = pathInside(path, showKey(key));
      if (seen.has(key)) {
        this.#problems.reportAt(position, at, "is given twice", "remove one of the two");
        continue;
      }
      seen.add(key);
      this.#place(keyNode, at);
      yield [key, value, keyNode];
    }
  }

  #convert(node: unknown, path: string, read: (scalar: SourceScalar) => ReadValue): ReturnType<typeof valueOf> {
    const scalar = this.#tree.resolve(node);
    if (!isScalar(scalar) || scalar.value === null || scalar.value === undefined) {
      this.#wrongKind(node, path, "a plain value", "write `key: value`");
      return undefined;
    }
    const source = this.#expand(scalar.value, path);
    if (source === undefined) return undefined;
    const result = read(source);
    if (result.kind === "wrong") this.#problems.report(path, result.message, result.mend);
    return valueOf(result);
  }

  #expand(value: unknown, path: string): SourceScalar | undefined {
    if (typeof value !== "string") return { value, usesVariable: false };
    const expanded = expandVariables(value, this.#env);
    if (expanded.kind === "failed") {
      this.#problems.report(path, expanded.message, expanded.mend);
      return undefined;
    }
    if (expanded.usesVariable) this.#problems.source.markVariable(path);
    return { value: expanded.text, usesVariable: expanded.usesVariable };
  }

  #expectMap(node: unknown, path: string): YAMLMap | undefined {
    const map = this.#tree.resolve(node);
    if (isMap(map)) return map;
    this.#wrongKind(node, path, "a map", "write `key: value` lines below it, indented");
    return undefined;
  }

  #wrongKind(node: unknown, path: string, wanted: string, mend: string): void {
    const mistake = nodeMistake(this.#tree.resolve(node), wanted, mend);
    this.#problems.report(path, mistake.message, mistake.mend);
  }

  #unknownKey(name: string, known: readonly string[], path: string, keyNode: unknown): void {
    const at = pathInside(path, showKey(name));
    const mend = suggest(name, known, "remove it");
    const position = this.#tree.positionOf(keyNode) ?? this.#problems.source.positionOf(at);
    this.#problems.reportAt(position, at, "unknown key", mend);
    // What it was meant to be is not missing.
    const meant = /^did you mean (\w+)\?$/.exec(mend)?.[1];
    if (meant !== undefined) this.#problems.markBroken(pathInside(path, meant));
  }

  /** Whether no other member of the field's group is set. */
  #isFree(message: ReflectMessage, field: DescField, path: string): boolean {
    const other = field.oneof === undefined ? undefined : message.oneofCase(field.oneof);
    if (other === undefined) return true;
    this.#problems.report(path, `cannot be given together with ${other.name}`, "remove one of the two");
    return false;
  }

  #place(node: unknown, path: string): void {
    this.#values += 1;
    if (this.#values > MAX_VALUES) {
      this.#problems.giveUp("there are more than 100,000 values", "check the aliases of the file");
    }
    const position = this.#tree.positionOf(node);
    if (position !== undefined) this.#problems.source.place(path, position);
  }
}

function valueOf(result: ReadValue): string | number | bigint | boolean | undefined {
  return result.kind === "value" ? result.value : undefined;
}
