/** The version of the product. */

import { readFileSync } from "node:fs";

/** Reads it from the package's manifest, two folders up from this file in a checkout and in a package alike. */
export function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  const isManifest = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return isManifest && typeof manifest.version === "string" ? manifest.version : "unknown";
}
