/** Reads the fields of JSON objects of a request, and collects what is wrong with them. */

import { isObject, type JsonObject } from "../../call/json-object.ts";
import type { FieldViolation } from "../../call/refusal.ts";
import type { Violations } from "../../service/validation/violations.ts";

/** One JSON object of a request. A field that is null counts as missing. */
export class JsonFields {
  /** Where the object is in the request: `messages[2]`; empty for the request itself. */
  readonly path: string;
  readonly #object: JsonObject;
  readonly #violations: Violations;

  constructor(object: JsonObject, path: string, violations: Violations) {
    this.#object = object;
    this.path = path;
    this.#violations = violations;
  }

  /** The value as it came; undefined if it is missing or null. */
  get(name: string): unknown {
    return Object.hasOwn(this.#object, name) ? (this.#object[name] ?? undefined) : undefined;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  get names(): string[] {
    return Object.keys(this.#object);
  }

  /** Path of a field of this object. */
  at(name: string): string {
    return this.path === "" ? name : `${this.path}.${name}`;
  }

  /** Reports a field of this object. */
  refuse(name: string, mistake: string, mend: string): undefined {
    this.#violations.add(name === "" ? this.path : this.at(name), mistake, mend);
  }

  /** Reports a field anywhere in the request. */
  refuseAt(violation: FieldViolation): undefined {
    this.#violations.report(violation);
  }

  string(name: string): string | undefined {
    const value = this.get(name);
    if (value === undefined || typeof value === "string") return value;
    return this.refuse(name, "is not a string", "give a string");
  }

  boolean(name: string): boolean | undefined {
    const value = this.get(name);
    if (value === undefined || typeof value === "boolean") return value;
    return this.refuse(name, "is not a boolean", "give true or false");
  }

  number(name: string): number | undefined {
    const value = this.get(name);
    if (value === undefined || typeof value === "number") return value;
    return this.refuse(name, "is not a number", "give a number");
  }

  /** A whole number from `least` to `most`. */
  integer(name: string, least: number, most: number): number | undefined {
    const value = this.number(name);
    if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return value;
    return this.refuse(name, "is out of range", `give a whole number from ${least} to ${most}`);
  }

  object(name: string): JsonFields | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    return this.#fieldsOf(value, this.at(name));
  }

  /** The values of a list as they came; empty if it is missing. */
  list(name: string): readonly unknown[] {
    const value = this.get(name);
    if (value === undefined) return [];
    if (Array.isArray(value)) return value;
    this.refuse(name, "is not a list", "give a list");
    return [];
  }

  /** The objects of a list. Stops at the first that is none. */
  *objects(name: string): Generator<JsonFields> {
    for (const [index, value] of this.list(name).entries()) {
      const fields = this.#fieldsOf(value, `${this.at(name)}[${index}]`);
      if (fields === undefined) return;
      yield fields;
    }
  }

  /** The strings of a list. Stops at the first that is none. */
  *strings(name: string): Generator<string> {
    for (const [index, value] of this.list(name).entries()) {
      if (typeof value !== "string") return this.refuse(`${name}[${index}]`, "is not a string", "give a string");
      yield value;
    }
  }

  #fieldsOf(value: unknown, path: string): JsonFields | undefined {
    if (isObject(value)) return new JsonFields(value, path, this.#violations);
    this.#violations.add(path, "is not an object", "give a JSON object");
    return undefined;
  }
}
