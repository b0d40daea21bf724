/** The way of one attempt's text to the client: whole code points, joined to what was delivered before. */

import { type Continued, Seam } from "./seam.ts";
import { SeamStops } from "./seam-stops.ts";

/** Turns pieces as the upstream cut them into text that may be delivered. */
export class TextPath {
  readonly #seam: Seam | undefined;
  readonly #stops: SeamStops | undefined;
  /** The first half of a surrogate pair whose second half has not come yet. */
  #half = "";

  /** Without `continued` the text is passed on as it is, in whole code points. */
  constructor(continued: Continued | undefined) {
    if (continued === undefined) return;
    this.#seam = new Seam(continued);
    this.#stops = new SeamStops(continued.delivered, continued.stopSequences);
  }

  /** Whether a stop sequence that began in delivered text is complete. */
  get stopped(): boolean {
    return this.#stops?.stopped ?? false;
  }

  /** Whether the text cannot be joined to what was delivered. */
  get diverged(): boolean {
    return this.#seam?.diverged ?? false;
  }

  /** What was left out at the seam. */
  get trimmed(): string {
    return this.#seam?.trimmed ?? "";
  }

  /** Takes the next piece and returns what may be delivered now. */
  push(piece: string): string {
    const text = this.#wholeCodePoints(piece);
    if (this.#seam === undefined || text === "") return text;
    return this.#pastStops(this.#seam.push(text));
  }

  /** Ends the text. Returns what may still be delivered. */
  end(): string {
    // A half that never became whole cannot be encoded and is left out.
    this.#half = "";
    if (this.#seam === undefined || this.#stops === undefined) return "";
    return this.#stops.push(this.#seam.end()) + this.#stops.end();
  }

  #pastStops(text: string): string {
    return this.#stops === undefined || text === "" ? text : this.#stops.push(text);
  }

  #wholeCodePoints(piece: string): string {
    let text = this.#half === "" ? piece : this.#half + piece;
    const last = text.charCodeAt(text.length - 1);
    if (last >= 0xd800 && last <= 0xdbff) {
      this.#half = text.slice(-1);
      text = text.slice(0, -1);
    } else {
      this.#half = "";
    }
    return text.isWellFormed() ? text : text.toWellFormed();
  }
}
