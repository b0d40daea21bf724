/** Reads the certificate and the key of the listener, so that a wrong path is a mistake of the configuration. */

import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { ConfigError } from "./config-error.ts";
import type { LoadedConfig } from "./load-config.ts";

/** Both in PEM. */
export interface TlsPair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** The files that `server.tls` names; undefined for a cleartext port. Throws `ConfigError` if one cannot be read. */
export function readTlsFiles(loaded: LoadedConfig): TlsPair | undefined {
  const tls = loaded.config.server?.tls;
  if (tls === undefined) return undefined;
  const pair = { cert: read(loaded, "cert_file", tls.certFile), key: read(loaded, "key_file", tls.keyFile) };
  checkPair(loaded, pair);
  return pair;
}

/** Reports files that are no certificate and key, or do not belong together: found by the library that will use them. */
function checkPair({ file, positionOf }: LoadedConfig, pair: TlsPair): void {
  try {
    createSecureContext(pair);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    const message = `the certificate and the key cannot be used together (${code})`;
    const mend = "check that both are in PEM and belong to each other";
    throw new ConfigError([{ ...positionOf("server.tls"), file, path: "server.tls", message, mend }]);
  }
}

function read({ file, positionOf }: LoadedConfig, field: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const at = `server.tls.${field}`;
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    const message = `the file cannot be read (${code})`;
    throw new ConfigError([{ ...positionOf(at), file, path: at, message, mend: "check its path and permissions" }]);
  }
}
