/** A key that stays what it is for as long as the configuration does. */

import type { AuthKind } from "../../vendor/vendor.ts";
import type { Authorization, Credential } from "./credential.ts";
import { makeKeyHeaders } from "./key-headers.ts";

/** A credential of one key. No key, no headers. */
export function createStaticKey(auth: AuthKind, key: string): Credential {
  const authorization: Authorization = {
    kind: "authorized",
    headers: key === "" ? {} : makeKeyHeaders(auth, key),
  };
  return { authorize: () => authorization, invalidate() {} };
}
