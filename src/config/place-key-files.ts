/** Places the key files of providers. */

import { dirname, resolve } from "node:path";
import type { Config } from "../../gen/ts/understudy/config/v1/config_pb.ts";

/** Makes the paths absolute: a relative one begins at the folder of the configuration `file`. */
export function placeKeyFiles({ providers }: Config, file: string): void {
  for (const provider of Object.values(providers)) {
    if (provider.apiKeyFile !== "") provider.apiKeyFile = resolve(dirname(file), provider.apiKeyFile);
  }
}
