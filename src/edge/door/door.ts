/** A way in: one protocol, or one plain HTTP API, behind the port. */

import type { Exchange } from "../port/exchange.ts";

export interface Door {
  /** Headers of its answers that pages of other origins may read. */
  readonly exposedHeaders: readonly string[];
  /**
   * Answers an exchange and returns true, or returns false at once if the exchange is for another door. A door that
   * starts work asks the `CallGate` first and turns every `CallRefused` into an answer. Never throws.
   */
  answer(exchange: Exchange): boolean;
}
