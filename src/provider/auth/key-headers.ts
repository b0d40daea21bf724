/** Puts a key into the header in which its vendor looks for it. */

import type { AuthKind } from "../../vendor/vendor.ts";
import type { AuthHeaders } from "./credential.ts";

/** The one header with the key. */
export function makeKeyHeaders(auth: AuthKind, key: string): AuthHeaders {
  switch (auth) {
    case "x-api-key":
    case "api-key":
      return { [auth]: key };
    case "bearer":
      return { authorization: `Bearer ${key}` };
  }
}
