/** Writes regular expressions as people write them in the form that the checker reads. */

/** What may stand behind a backslash in the checker's form, besides letters and digits. */
const SYNTAX = new Set("^$\\.*+?()[]{}|/");

/** `{2}`, `{2,}`, `{2,5}`. */
const QUANTIFIER = /\{\d+(?:,\d*)?\}/y;

/**
 * A pattern that means the same and is valid with the flag `u`, or undefined. People escape what needs none (`\-`, `\@`),
 * leave braces and brackets bare, and write the dialects of Python and PCRE (`(?P<year>`, `\A`, `\Z`, `(?i)`).
 */
export function toUnicodePattern(pattern: string): string | undefined {
  if (isValid(pattern)) return pattern;
  const rewritten = rewrite(pattern.replace(/^\(\?i\)(.*)$/s, "(?i:$1)").replaceAll("(?P<", "(?<"));
  return isValid(rewritten) ? rewritten : undefined;
}

function isValid(pattern: string): boolean {
  try {
    return new RegExp(pattern, "u") instanceof RegExp;
  } catch {
    return false;
  }
}

function rewrite(pattern: string): string {
  let written = "";
  let inClass = false;
  let at = 0;
  while (at < pattern.length) {
    const step = inClass ? readInClass(pattern, at) : readOutside(pattern, at);
    written += step.written;
    at += step.length;
    if (step.turns) inClass = !inClass;
  }
  return written;
}

/** A step through a pattern: how it is written, how long it was, and whether a class begins or ends with it. */
interface Step {
  readonly written: string;
  readonly length: number;
  readonly turns: boolean;
}

function readOutside(pattern: string, at: number): Step {
  const character = pattern.charAt(at);
  switch (character) {
    case "\\":
      return { written: escapeOutside(pattern.charAt(at + 1)), length: 2, turns: false };
    case "[":
      return { written: "[", length: 1, turns: true };
    case "{": {
      QUANTIFIER.lastIndex = at;
      const quantifier = QUANTIFIER.exec(pattern)?.[0];
      return { written: quantifier ?? "\\{", length: quantifier?.length ?? 1, turns: false };
    }
    case "}":
    case "]":
      return { written: `\\${character}`, length: 1, turns: false };
    default:
      return { written: character, length: 1, turns: false };
  }
}

function readInClass(pattern: string, at: number): Step {
  const character = pattern.charAt(at);
  const next = pattern.charAt(at + 1);
  if (character === "]") return { written: "]", length: 1, turns: true };
  // A hyphen beside a class like `\w` begins no range.
  if (character === "-" && next !== "]" && /\\[dDsSwW]$/.test(pattern.slice(0, at))) {
    return { written: "\\-", length: 1, turns: false };
  }
  if (character !== "\\") return { written: character, length: 1, turns: false };
  return { written: next === "-" ? "\\-" : escapeCharacter(next), length: 2, turns: false };
}

function escapeOutside(next: string): string {
  if (next === "A") return "^";
  if (next === "Z" || next === "z") return "$";
  return escapeCharacter(next);
}

function escapeCharacter(next: string): string {
  return /[a-zA-Z0-9]/.test(next) || SYNTAX.has(next) ? `\\${next}` : next;
}
