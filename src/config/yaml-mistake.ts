/** Says in the project's words what the YAML parser found; its own words quote the file, which may hold keys. */

import type { ErrorCode } from "yaml";

/** A mistake in the syntax, without any text of the file. */
export interface YamlMistake {
  readonly message: string;
  readonly mend: string;
}

const QUOTE = "put the text in quotes";
const INDENT = "align the keys of a map with spaces";
const COMMA = "check brackets, commas and quotes on this line and the one before";
const ANCHOR = "give an anchor once, before its alias";

const MISTAKES: Readonly<Partial<Record<ErrorCode, YamlMistake>>> = {
  ALIAS_PROPS: { message: "an alias has a tag or an anchor", mend: "remove it" },
  BAD_ALIAS: { message: "an alias is not valid", mend: `${ANCHOR}, or ${QUOTE}` },
  BAD_DIRECTIVE: { message: "a directive is not known", mend: "remove the line that begins with %" },
  BAD_DQ_ESCAPE: { message: "a backslash in double quotes begins no known escape", mend: "use single quotes" },
  BAD_INDENT: { message: "a line is indented differently from its neighbours", mend: INDENT },
  BAD_SCALAR_START: { message: "a text begins with a character that YAML reserves", mend: QUOTE },
  BLOCK_AS_IMPLICIT_KEY: { message: "there are two keys on one line", mend: `${INDENT}, or ${QUOTE}` },
  BLOCK_IN_FLOW: { message: "a block stands inside brackets", mend: "write it in brackets too" },
  KEY_OVER_1024_CHARS: { message: "a key is longer than 1,024 characters", mend: "check colons and quotes" },
  MISSING_CHAR: { message: "a character is missing", mend: COMMA },
  MULTILINE_IMPLICIT_KEY: { message: "a key has no value", mend: "write `key: value` with a space behind the colon" },
  MULTIPLE_ANCHORS: { message: "a value has two anchors", mend: ANCHOR },
  MULTIPLE_DOCS: { message: "there is a second document", mend: "keep one, and remove the line ---" },
  MULTIPLE_TAGS: { message: "a value has two tags", mend: "remove them" },
  RESOURCE_EXHAUSTION: { message: "values lie too deep in each other", mend: COMMA },
  TAB_AS_INDENT: { message: "a tab is used to indent", mend: "use spaces" },
  TAG_RESOLVE_FAILED: { message: "a value has a tag that is not known", mend: `remove it, or ${QUOTE}` },
  UNEXPECTED_TOKEN: { message: "something is unexpected here", mend: COMMA },
};

/** Describes an error of the parser. `line` is the line of the file; it is looked at and not shown. */
export function yamlMistake(code: ErrorCode, line: string): YamlMistake {
  const mistake = MISTAKES[code] ?? { message: "this is not valid YAML", mend: COMMA };
  // `{ api_key: ${NAME} }` is the usual cause: the brace of a variable ends the map around it.
  if (!/[{,]\s*\w+:\s*\$\{/.test(line.slice(0, 1000))) return mistake;
  return { message: "a variable stands between braces without quotes", mend: 'write "${NAME}" in quotes' };
}
