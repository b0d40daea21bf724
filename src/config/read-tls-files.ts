/** Reads the certificate and the key of the listener, so that a wrong path is a mistake of the configuration. */

import { readFileSync } from "node:fs";
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
  return { cert: read(loaded, "cert_file", tls.certFile), key: read(loaded, "key_file", tls.keyFile) };
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
