/** Reads a key that has a file of its own. */

import { readFileSync, statSync } from "node:fs";
import { isKey } from "./key-form.ts";

/** What is in the file. The message follows on the file's name, and holds nothing of the file. */
export type KeyFileContent =
  | { readonly kind: "key"; readonly key: string }
  | { readonly kind: "unusable"; readonly message: string; readonly mend: string };

/** Longer than any key, in bytes: what is larger is another file. */
const MAX_BYTES = 16 * 1024;

/** Reads the file, without the white space at its end. Symbolic links are followed. */
export function readKeyFile(path: string): KeyFileContent {
  try {
    const stats = statSync(path);
    if (!stats.isFile()) return unusable("is not a plain file", "name the file that holds the key");
    if (stats.size > MAX_BYTES) return unusable("is larger than 16 KiB", "check that it is the right file");
    return parseKey(readFileSync(path, "utf8"));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    return unusable(`cannot be read (${code})`, "check its path and permissions");
  }
}

function parseKey(text: string): KeyFileContent {
  const key = text.trimEnd();
  if (key === "") return unusable("is empty", "write the key into it");
  if (!isKey(key)) {
    return unusable("holds white space or characters that no key has", "write the key alone, on one line");
  }
  return { kind: "key", key };
}

function unusable(message: string, mend: string): KeyFileContent {
  return { kind: "unusable", message, mend };
}
