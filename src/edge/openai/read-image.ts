/** Reads a picture: an address, or the bytes in a `data:` URL. */

import type { MessageInitShape } from "@bufbuild/protobuf";

import type { ImageSchema } from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import type { JsonFields } from "../door/json-fields.ts";

/** Longest head of a `data:` URL in characters: the media type and `;base64`. */
const MAX_HEAD_CHARACTERS = 128;

const MEND = "give an https:// address, or data:image/png;base64,… with the picture's bytes";

/** Reads the `image_url` of a part, and reports one that is no picture. */
export function readImage(part: JsonFields): MessageInitShape<typeof ImageSchema> {
  const image = part.object("image_url");
  const url = image?.string("url");
  if (image === undefined || url === undefined) {
    part.refuse("image_url", "has no url", MEND);
    return {};
  }
  if (!url.startsWith("data:")) return { source: { case: "url", value: url } };
  const mediaType = /^data:([^;,]+);base64,/.exec(url.slice(0, MAX_HEAD_CHARACTERS))?.[1];
  const encoded = url.slice(url.indexOf(",") + 1);
  if (mediaType === undefined || !/^[A-Za-z0-9+/]*={0,2}$/.test(encoded)) {
    image.refuse("url", "is not a data: URL in base64", MEND);
    return {};
  }
  return { source: { case: "inline", value: new Uint8Array(Buffer.from(encoded, "base64")) }, mediaType };
}
