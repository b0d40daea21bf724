/** The form that names of providers, routes, workloads and callers have. */

/** The form in words, for messages. */
export const NAME_FORM = "1 to 64 characters of a-z 0-9 . _ -, the first a letter or digit";

/** Whether a text is a well-formed name. */
export function isName(text: string): boolean {
  return text.length <= 64 && /^[a-z0-9][a-z0-9._-]*$/.test(text);
}
