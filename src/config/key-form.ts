/** The form that keys of providers and callers have. */

/** Whether a key can be sent in a header. */
export function isKey(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}
