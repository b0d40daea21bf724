/** Joins a continuation to an answer, as the engine does. */

import { Seam } from "../../../src/failover/seam/seam.ts";

/** Joins pieces to delivered text, as a client would see them. */
export function join(
  delivered: string,
  pieces: readonly string[],
  form: "prefill" | "instruct" = "instruct",
  context = "",
) {
  const seam = new Seam({ delivered, form, stopSequences: [], context });
  const passed = pieces.map((piece) => seam.push(piece)).join("") + seam.end();
  return { text: delivered + passed, trimmed: seam.trimmed, diverged: seam.diverged };
}
