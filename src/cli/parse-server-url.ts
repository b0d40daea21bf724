/** Reads the address of a server. */

import { InvalidArgumentError } from "commander";

/** Where a server listens unless told otherwise. */
export const defaultServerUrl = "http://127.0.0.1:8080";

/** Returns the origin. `HOST:PORT` alone means `http://`; an empty text means the default. */
export function parseServerUrl(text: string): string {
  if (text === "") return defaultServerUrl;
  const url = URL.parse(text.includes("://") ? text : `http://${text}`);
  const isOrigin = url !== null && url.pathname === "/" && url.search === "" && url.hash === "" && url.username === "";
  if (isOrigin && /^https?:$/u.test(url.protocol)) return url.origin;
  throw new InvalidArgumentError("Give http://HOST:PORT or https://HOST:PORT.");
}
