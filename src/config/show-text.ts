/** Shows a piece of a configuration file in a message, unless it may be a secret. */

/** Longest text that is shown. Names and enum values are shorter; keys and tokens are mostly longer. */
const MAX_SHOWN_CHARACTERS = 40;

/** Beginnings of keys that vendors hand out. */
const KEY_START = /^(?:sk[-_]|key-|ghp_|xai-|gsk_|AIza|Bearer|pplx-|hf_|r8_|nvapi-|csk-|fw_|AKIA|ya29\.|eyJ)/;
/** Shorter texts that begin so are names: `key-rotation`. */
const KEY_LENGTH = 20;
/** Keys without such a beginning: Azure's and Mistral's are letters and digits in one piece, others are UUIDs. */
const KEY_BODY = /(?=[a-z0-9]*[0-9])(?=[a-z0-9]*[a-z])[a-z0-9]{20}|^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a text begins as the keys of some vendor do. */
export function beginsAsKey(text: string): boolean {
  return text.length >= KEY_LENGTH && KEY_START.test(text);
}

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
  if (KEY_START.test(text) || KEY_BODY.test(text)) return false;
  return /^[\w./ *-]+$/.test(text);
}
