/** Shows a piece of a configuration file in a message, unless it may be a secret. */

/** Longest text that is shown. Names and enum values are shorter; keys and tokens are mostly longer. */
const MAX_SHOWN_CHARACTERS = 40;

/** Beginnings of keys that vendors hand out. */
const KEY_PREFIXES = ["sk-", "sk_", "key-", "ghp_", "xai-", "gsk_", "AIza", "Bearer"];

/** The text in quotes, or `a text that is not shown` if it is long, has unusual characters or looks like a key. */
export function showText(text: string): string {
  return isShowable(text) ? `"${text}"` : "a text that is not shown";
}

/** A key as a part of a path: as it is, or `?` where it is not shown. */
export function showKey(key: string): string {
  return isShowable(key) ? key : "?";
}

function isShowable(text: string): boolean {
  if (text.length === 0 || text.length > MAX_SHOWN_CHARACTERS) return false;
  return /^[\w./ *-]+$/.test(text) && !KEY_PREFIXES.some((prefix) => text.startsWith(prefix));
}
