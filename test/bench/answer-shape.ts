/** How the upstream of the bench answers. A call asks for a shape by the model's name. */

/** When the deltas of an answer come. */
export type AnswerShape =
  /** The first at once, then one every `everyMs`, each in a write of its own. */
  | { readonly kind: "paced"; readonly deltas: number; readonly everyMs: number }
  /** All in one write, as after a stall of the network. */
  | { readonly kind: "burst"; readonly deltas: number }
  /** One delta, and then nothing for ever. */
  | { readonly kind: "silent" };

/** Models at the upstream, and with the dialect workloads at the relay and the gateway. */
export const SHAPE_NAMES = ["paced", "burst", "single", "silent"] as const;

export type ShapeName = (typeof SHAPE_NAMES)[number];

/** Every shape by its name. */
export type AnswerShapes = Readonly<Record<ShapeName, AnswerShape>>;

/** Number of text deltas that an answer has. */
export function deltasOf(shape: AnswerShape): number {
  return shape.kind === "silent" ? 1 : shape.deltas;
}
