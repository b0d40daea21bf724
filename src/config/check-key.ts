/** Checks a key of a provider or a caller. Never shows it. */

import { isKey } from "./key-form.ts";
import type { Problems } from "./problems.ts";

/** Reports a key that cannot be sent in a header, and warns of one that is written in the file. */
export function checkKey(key: string, path: string, problems: Problems): void {
  if (key === "") return;
  if (!isKey(key)) {
    problems.report(path, "holds white space or characters that no key has", "check the variable for a line break");
  } else if (!problems.source.usesVariable(path)) {
    problems.warn(path, "the key is written in the file", 'put it into the environment and write "${NAME}" here');
  }
}
