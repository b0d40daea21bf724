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
