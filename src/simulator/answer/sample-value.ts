/** A value that fits a JSON schema: the same one each time. */

/** Schemas within schemas that are followed; deeper ones, as in a schema that refers to itself, give null. */
const MAX_DEPTH = 12;

/** Items of a sample array unless the schema wants more or fewer. */
const ITEM_COUNT = 2;

type Schema = Readonly<Record<string, unknown>>;

/** Makes a value that fits `schema`; without a schema, an object with a title and points. */
export function sampleValue(schema: unknown): unknown {
  if (!isSchema(schema)) return { title: "The night ferry", points: ["a second radio", "a crew that agreed", "a log"] };
  return sample(schema, schema, "value", 0);
}

function sample(schema: unknown, root: Schema, name: string, depth: number): unknown {
  if (!isSchema(schema) || depth > MAX_DEPTH) return null;
  const same = (other: unknown): unknown => sample(other, root, name, depth + 1);
  if ("const" in schema) return schema["const"];
  if (Array.isArray(schema["enum"])) return schema["enum"][0];
  if (typeof schema["$ref"] === "string") return same(resolve(schema["$ref"], root));
  const choice = firstOf(schema["anyOf"]) ?? firstOf(schema["oneOf"]) ?? firstOf(schema["allOf"]);
  if (choice !== undefined) return same(choice);

  switch (typeOf(schema)) {
    case "object":
      return sampleObject(schema, root, depth);
    case "array":
      return Array.from({ length: itemCount(schema) }, () => same(schema["items"] ?? { type: "string" }));
    case "integer":
      return Math.ceil(sampleNumber(schema));
    case "number":
      return sampleNumber(schema);
    case "boolean":
      return true;
    case "string":
      return sampleString(schema, name);
    default:
      return null;
  }
}

function sampleObject(schema: Schema, root: Schema, depth: number): Record<string, unknown> {
  const properties = isSchema(schema["properties"]) ? schema["properties"] : {};
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [name, sample(property, root, name, depth + 1)]),
  );
}

function sampleNumber(schema: Schema): number {
  const least = numberOf(schema["minimum"]) ?? above(schema["exclusiveMinimum"]);
  const most = numberOf(schema["maximum"]);
  return Math.min(least ?? 1, most ?? Number.POSITIVE_INFINITY);
}

function sampleString(schema: Schema, name: string): string {
  const text = FORMATS[String(schema["format"])] ?? `a ${name} — été`;
  const padded = text.padEnd(numberOf(schema["minLength"]) ?? 0, "~");
  return padded.slice(0, numberOf(schema["maxLength"]) ?? padded.length);
}

const FORMATS: Readonly<Record<string, string>> = {
  "date-time": "2026-11-02T21:10:00Z",
  date: "2026-11-02",
  time: "21:10:00Z",
  email: "ines@ferry.example",
  uri: "https://ferry.example/amelie",
  uuid: "5f0c1d2e-3b4a-4c5d-8e6f-7a8b9c0d1e2f",
};

function itemCount(schema: Schema): number {
  const wanted = Math.max(ITEM_COUNT, numberOf(schema["minItems"]) ?? 0);
  return Math.min(wanted, numberOf(schema["maxItems"]) ?? wanted);
}

/** The schema's type; the first that is not null if it names several. */
function typeOf(schema: Schema): unknown {
  const type = schema["type"];
  if (Array.isArray(type)) return type.find((one) => one !== "null");
  return type ?? ("properties" in schema ? "object" : "string");
}

/** Follows a reference within the same document: `#/$defs/point`. */
function resolve(reference: string, root: Schema): unknown {
  const steps = reference.split("/").slice(1);
  return steps.reduce<unknown>((at, step) => (isSchema(at) ? at[step] : undefined), root);
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function firstOf(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function above(value: unknown): number | undefined {
  return typeof value === "number" ? Math.floor(value) + 1 : undefined;
}
