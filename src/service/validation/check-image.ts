/** Checks a picture of a user turn. */

import type { Image } from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import type { Violations } from "./violations.ts";

const MEDIA_TYPES = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/** Longest address in characters: signed addresses of object stores stay below it. */
const MAX_URL_CHARACTERS = 8192;

/** Reports a picture without bytes or address, of an unknown type, or at an address that is not `https://`. */
export function checkImage(image: Image, field: string, violations: Violations): void {
  const { source, mediaType } = image;
  switch (source.case) {
    case undefined:
      return violations.add(field, "has no source", "give inline or url");
    case "inline":
      if (source.value.length === 0) violations.add(`${field}.inline`, "is empty", "give the picture's bytes");
      if (!MEDIA_TYPES.includes(mediaType)) {
        const mistake = mediaType === "" ? "is missing" : "is not a known media type";
        violations.add(`${field}.media_type`, mistake, `use one of ${MEDIA_TYPES.join(", ")}`);
      }
      return;
    case "url":
      if (!isHttps(source.value)) {
        violations.add(`${field}.url`, "is not an https:// address", "give one of at most 8,192 characters");
      }
  }
}

function isHttps(address: string): boolean {
  if (address.length > MAX_URL_CHARACTERS || !/^https:\/\//i.test(address)) return false;
  return URL.canParse(address);
}
