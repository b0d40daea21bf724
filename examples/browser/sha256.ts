/** Hashes text. */

/** SHA-256 of the text as UTF-8, in lower-case hexadecimal. Undefined on pages without TLS that are not local. */
export async function sha256(text: string): Promise<string | undefined> {
  if (!isSecureContext) return undefined;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
