/** Finds the credential of a provider. */

import type { Provider } from "../../../gen/ts/understudy/config/v1/config_pb.ts";
import type { AuthKind } from "../../vendor/vendor.ts";
import type { Credential } from "./credential.ts";
import { KeyFile } from "./key-file.ts";
import { createStaticKey } from "./static-key.ts";

/** They end with the configuration that they are of. */
const credentials = new WeakMap<Provider, Credential>();

/** The credential of a provider, which all its routes share: what one of them has fetched serves the others. */
export function providerCredential(providerName: string, provider: Provider, auth: AuthKind): Credential {
  const known = credentials.get(provider);
  if (known !== undefined) return known;
  const credential =
    provider.apiKeyFile === ""
      ? createStaticKey(auth, provider.apiKey)
      : new KeyFile({ providerName, path: provider.apiKeyFile, auth });
  credentials.set(provider, credential);
  return credential;
}
