/** Reading a request body that may hold anything. */

/** One value of a JSON document. A value of another kind than the one asked for reads as missing. */
export class JsonField {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }

  at(name: string): JsonField {
    const { value } = this;
    const isObject = typeof value === "object" && value !== null && Object.hasOwn(value, name);
    return new JsonField(isObject ? Reflect.get(value, name) : undefined);
  }

  get isSet(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  get items(): JsonField[] {
    return Array.isArray(this.value) ? this.value.map((item) => new JsonField(item)) : [];
  }

  get text(): string | undefined {
    return typeof this.value === "string" ? this.value : undefined;
  }

  get number(): number | undefined {
    return typeof this.value === "number" ? this.value : undefined;
  }

  get isTrue(): boolean {
    return this.value === true;
  }

  /** Characters of the value as JSON; 0 if it is missing. */
  get length(): number {
    return this.isSet ? JSON.stringify(this.value).length : 0;
  }
}
