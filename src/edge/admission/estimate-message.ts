/** Tells how much memory a protobuf message will take, before it is decoded. */

import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { DecodedEstimate } from "./decoded-estimate.ts";
import { textBytes } from "./text-bytes.ts";

/** Memory of a decoded message, its place in a list included: 256 bytes were measured for the largest, a `Part`. */
const MESSAGE_BYTES = 260;
/** Memory of any other field beside its text: 87 bytes were measured for an entry of a map. */
const FIELD_BYTES = 90;
/** Memory of a number of a list, which may take one byte of the message. */
const PACKED_BYTES = 8;
/** The API has no deeper messages; the decoder has a limit of its own. */
const MAX_DEPTH = 64;

/** Adds up the parts of a message by its wire format. Bytes that are no message are for the decoder to refuse. */
export function estimateMessage(schema: DescMessage, bytes: Uint8Array): DecodedEstimate {
  const estimate = new DecodedEstimate();
  try {
    addMessage(estimate, schema, bytes, 0);
  } catch {
    // What was seen counts.
  }
  return estimate;
}

function addMessage(estimate: DecodedEstimate, schema: DescMessage, bytes: Uint8Array, depth: number): void {
  estimate.addParts(1, MESSAGE_BYTES);
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len && !estimate.hasTooManyParts) {
    const [number, wireType] = reader.tag();
    if (wireType !== WireType.LengthDelimited) {
      estimate.addParts(1, FIELD_BYTES);
      reader.skip(wireType, number);
      continue;
    }
    addField(estimate, schema, number, reader.bytes(), depth);
  }
}

function addField(
  estimate: DecodedEstimate,
  schema: DescMessage,
  number: number,
  bytes: Uint8Array,
  depth: number,
): void {
  const field = schema.fields.find((each) => each.number === number);
  // Unknown fields are not kept, but passing over millions of them takes time.
  if (field === undefined) return estimate.addParts(1, 0);
  const message = field.message;
  if (message !== undefined && depth < MAX_DEPTH) return addMessage(estimate, message, bytes, depth + 1);
  estimate.addParts(1, FIELD_BYTES);
  if (isText(field)) estimate.addText(textBytes(bytes));
  else estimate.addParts(bytes.byteLength, PACKED_BYTES);
}

function isText({ scalar }: DescField): boolean {
  return scalar === ScalarType.STRING || scalar === ScalarType.BYTES;
}
