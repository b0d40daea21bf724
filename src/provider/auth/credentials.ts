/** Finds the credential of a provider. */

import type { Provider } from "../../../gen/ts/understudy/config/v1/config_pb.ts";
import type { AuthKind } from "../../vendor/vendor.ts";
import type { Credential } from "./credential.ts";
import { KeyFile } from "./key-file.ts";
import { createStaticKey } from "./static-key.ts";

/** The credentials of a configuration: all routes of a provider share one, so what one has fetched serves the others. */
export class Credentials {
  readonly #known = new Map<string, Credential>();

  /** The credential of a provider, made when it is first asked for. */
  of(providerName: string, provider: Provider, auth: AuthKind): Credential {
    const known = this.#known.get(providerName);
    if (known !== undefined) return known;
    const credential = createCredential(providerName, provider, auth);
    this.#known.set(providerName, credential);
    return credential;
  }
}

function createCredential(providerName: string, { apiKey, apiKeyFile }: Provider, auth: AuthKind): Credential {
  return apiKeyFile === "" ? createStaticKey(auth, apiKey) : new KeyFile({ providerName, path: apiKeyFile, auth });
}
