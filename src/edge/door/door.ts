/** A way in: one protocol, or one plain HTTP endpoint, behind the port. */

import type { Exchange } from "../port/exchange.ts";

/**
 * Answers an exchange and returns true, or returns false at once if the exchange is for another door. A door that
 * starts work asks the `CallGate` first and turns every `CallRefused` into an answer. Never throws.
 */
export type Door = (exchange: Exchange) => boolean;
