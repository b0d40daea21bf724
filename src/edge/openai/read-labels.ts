/** Reads the caller's own marks of a chat. */

import type { JsonFields } from "../door/json-fields.ts";

/** Most characters of a label: the API's own limit. */
const MAX_CHARACTERS = 128;

/** Most labels: the API's own limit. */
const MAX_LABELS = 16;

/** Makes labels of `metadata` and `user`, as far as they fit: what is longer was not written for logs. */
export function readLabels(chat: JsonFields): Record<string, string> {
  const metadata = chat.object("metadata");
  const marks: (readonly [string, unknown])[] = (metadata?.names ?? []).map((name) => [name, metadata?.get(name)]);
  marks.push(["user", chat.get("user")]);
  return Object.fromEntries(
    marks.filter((mark): mark is readonly [string, string] => mark.every(fits)).slice(0, MAX_LABELS),
  );
}

/** Printable ASCII only: a label must not break a line of a log. */
function fits(mark: unknown): boolean {
  return typeof mark === "string" && mark.length <= MAX_CHARACTERS && /^[ -~]+$/.test(mark);
}
