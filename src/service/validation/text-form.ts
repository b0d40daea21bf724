/** Looks at texts of a request in linear time. */

/** Whether a text has more than `max` characters, a surrogate pair being one. */
export function isLongerThan(text: string, max: number): boolean {
  if (text.length <= max) return false;
  return text.length > 2 * max || Array.from(text).length > max;
}

/** Whether a text holds a control character, a line break included. */
export function hasControlCharacter(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}

/** Whether a text is a name of 1 to 64 characters of `A-Z a-z 0-9 _ -`, as tools and schemas have. */
export function isToolName(text: string): boolean {
  return text.length <= 64 && /^[A-Za-z0-9_-]+$/.test(text);
}
