/** Binds the opaque strings of a model to that model, so that they come back to no other. */

/** Marks strings that this gateway gave out, and the form of what follows. */
const MARK = "u1";

/** What an opaque string holds: a signature of readable reasoning, or reasoning in encrypted form. */
export type OpaqueForm = "signature" | "encrypted";

/** A model behind a wire format. The same model on two platforms takes the same opaque strings. */
export interface OpaqueOwner {
  readonly dialect: string;
  readonly model: string;
}

/**
 * Who takes the opaque strings of a model. Claude's travel between platforms and between the dated names of a family;
 * Google's are bound to the endpoint too, and so is what other servers give.
 */
export function makeOpaqueOwner(dialect: string, model: string, host: string): OpaqueOwner {
  const family = claudeFamily(model);
  return { dialect, model: dialect === "anthropic-messages" ? family : `${host}/${model}` };
}

/** `us.anthropic.claude-sonnet-4-5-20250929-v1:0`, `claude-sonnet-4-5@20250929` and `claude-sonnet-4.5` are one family. */
function claudeFamily(model: string): string {
  const name = /claude-[\w.-]*/.exec(model.toLowerCase())?.[0] ?? model;
  return name
    .replace(/-v\d+$/, "")
    .replace(/-(?:\d{8}|latest)$/, "")
    .replaceAll(".", "-");
}

/** The string as it leaves the gateway. */
export function sealOpaque(owner: OpaqueOwner, form: OpaqueForm, value: string): string {
  return `${MARK}:${owner.dialect}:${encodeURIComponent(owner.model)}:${form}:${value}`;
}

/** The string as the model gave it; undefined if it is another model's, or none of the gateway's. */
export function openOpaque(
  owner: OpaqueOwner,
  opaque: string | undefined,
): { readonly form: OpaqueForm; readonly value: string } | undefined {
  if (opaque === undefined) return undefined;
  for (const form of ["signature", "encrypted"] as const) {
    const prefix = sealOpaque(owner, form, "");
    if (opaque.length > prefix.length && opaque.startsWith(prefix)) return { form, value: opaque.slice(prefix.length) };
  }
  return undefined;
}
