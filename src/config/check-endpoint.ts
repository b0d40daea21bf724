/** Checks the base URL of a provider. */

import { isLoopback } from "./is-loopback.ts";
import type { Problems } from "./problems.ts";

/** Longest URL in characters: what HTTP servers commonly accept. */
const MAX_URL_CHARACTERS = 2048;

/** Reports an endpoint that is not a plain URL, or not an encrypted one where keys would be overheard. Never shows it. */
export function checkEndpoint(endpoint: string, allowsCleartext: boolean, path: string, problems: Problems): void {
  const url = endpoint.length <= MAX_URL_CHARACTERS && URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url === undefined || (url.protocol !== "https:" && url.protocol !== "http:")) {
    problems.report(path, "is not a URL", 'write it like "https://example.com/v1"');
    return;
  }
  if (url.username !== "" || url.password !== "") {
    problems.report(path, "holds a name or a password", "give the key in api_key");
  } else if (endpoint.includes("?") || endpoint.includes("#")) {
    problems.report(path, "has a query or a fragment", "remove what follows ? or #; versions belong in api_version");
  }
  const isOpen = url.protocol === "http:" && !allowsCleartext && !isLoopback(url.hostname.replace(/^\[|\]$/g, ""));
  if (isOpen) problems.report(path, "is not encrypted", "write https://");
}
