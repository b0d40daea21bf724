/** Puts environment variables into the texts of a configuration. */

/** The environment of the program. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A text with its variables filled in, or what is wrong with it. */
export type Expanded =
  | { readonly kind: "expanded"; readonly text: string; readonly usesVariable: boolean }
  | { readonly kind: "failed"; readonly message: string; readonly mend: string };

/** Longest text with its variables filled in, in characters: longer than any key or header. */
const MAX_EXPANDED_CHARACTERS = 16 * 1024;

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

/**
 * Replaces `${NAME}` by the variable and `${NAME:-default}` by the variable or, if that is unset or empty, by the
 * default. `$$` stands for one `$`. A variable that is unset or empty and has no default is a failure.
 */
export function expandVariables(text: string, env: Environment): Expanded {
  let expanded = "";
  let usesVariable = false;
  let from = 0;
  for (let at = text.indexOf("$"); at !== -1; at = text.indexOf("$", from)) {
    expanded += text.slice(from, at);
    const next = text[at + 1];
    if (next !== "{") {
      expanded += "$";
      from = at + (next === "$" ? 2 : 1);
      continue;
    }
    const end = text.indexOf("}", at);
    if (end === -1) return failed("has ${ without }", "write ${NAME}, or $${ for the characters themselves");
    const value = lookUp(text.slice(at + 2, end), env);
    if (typeof value !== "string") return value;
    expanded += value;
    if (expanded.length > MAX_EXPANDED_CHARACTERS) {
      return failed("is longer than 16 KiB with its variables", "check what they hold");
    }
    usesVariable = true;
    from = end + 1;
  }
  return { kind: "expanded", text: expanded + text.slice(from), usesVariable };
}

/** The text behind what stands between the braces, or what is wrong with it. */
function lookUp(reference: string, env: Environment): string | Expanded {
  const separator = reference.indexOf(":-");
  const name = separator === -1 ? reference : reference.slice(0, separator);
  if (!NAME.test(name)) {
    return failed("names no variable between ${ and }", "write ${NAME} with letters, digits and _ only");
  }
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (value !== undefined && value !== "") return value;
  if (separator !== -1) return reference.slice(separator + 2);
  const state = value === undefined ? "not set" : "empty";
  return failed(`the environment variable ${name} is ${state}`, `set it, or give a default as \${${name}:-default}`);
}

function failed(message: string, mend: string): Expanded {
  return { kind: "failed", message, mend };
}
