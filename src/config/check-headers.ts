/** Checks the headers that a provider adds to its requests. Never shows their values. */

import type { Problems } from "./problems.ts";
import { showKey } from "./show-text.ts";

/** Most headers: enough for a tenant, a project and a few switches. */
const MAX_HEADERS = 16;

/** Longest value in characters: servers commonly refuse 8 KiB of headers. */
const MAX_VALUE_CHARACTERS = 4096;

/** Headers that belong to the connection or the body, and would break the request. */
const RESERVED = new Set([
  "host",
  "content-length",
  "content-type",
  "transfer-encoding",
  "connection",
  "upgrade",
  "te",
]);

/** Reports names and values that cannot be sent. */
export function checkHeaders(headers: { readonly [name: string]: string }, path: string, problems: Problems): void {
  const names = Object.keys(headers);
  if (names.length > MAX_HEADERS) problems.report(path, `has more than ${MAX_HEADERS} headers`, "remove some");
  for (const [name, value] of Object.entries(headers)) {
    const at = `${path}.${showKey(name)}`;
    if (!/^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(name)) {
      problems.report(at, "is not the name of a header", "use letters, digits and -");
    } else if (RESERVED.has(name.toLowerCase())) {
      problems.report(at, "is set by the gateway itself", "remove it");
    } else if (value.length > MAX_VALUE_CHARACTERS || !/^[\x20-\x7e\t]*$/.test(value)) {
      problems.report(at, "has a value that no header can carry", "use at most 4,096 ASCII characters on one line");
    }
  }
}
