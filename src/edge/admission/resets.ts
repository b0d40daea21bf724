/** Ends what lives on breaking off: connections without a key, and the credit of callers. */

import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { CallRefused } from "../../call/refusal.ts";
import { closeConnection, type Exchange, wasCutShort } from "../port/exchange.ts";
import type { KnownCaller } from "./callers.ts";
import { CALLER_RESETS, ResetMeter, STRANGER_RESETS } from "./reset-meter.ts";

/** When a caller that breaks off too much may ask again, in milliseconds. */
const RETRY_MS = 1_000;

export interface Resets {
  /** Follows an exchange without a key: its connection is closed when it breaks off too many. */
  followStranger(exchange: Exchange): void;
  /** Follows a caller's exchange. Throws `CallRefused` while the caller has broken off too many. */
  followCaller(exchange: Exchange, known: KnownCaller): void;
}

/** Creates the meters of all connections and callers. */
export function createResets(): Resets {
  const ofConnection = new WeakMap<object, ResetMeter>();
  const ofCaller = new Map<string, ResetMeter>();
  return {
    followStranger(exchange) {
      const connection = exchange.connection;
      exchange.response.once("close", () => {
        if (!wasCutShort(exchange.response)) return;
        const meter = ofConnection.get(connection) ?? new ResetMeter(STRANGER_RESETS);
        ofConnection.set(connection, meter);
        meter.count();
        if (meter.isEmpty) closeConnection(exchange);
      });
    },
    followCaller(exchange, { caller }) {
      if (caller === undefined) return;
      const meter = ofCaller.get(caller.name) ?? new ResetMeter(CALLER_RESETS);
      ofCaller.set(caller.name, meter);
      if (meter.isEmpty) throw makeRefusal(caller.name);
      exchange.response.once("close", () => {
        if (wasCutShort(exchange.response)) meter.count();
      });
    },
  };
}

function makeRefusal(name: string): CallRefused {
  const { perSecond } = CALLER_RESETS;
  const message = `caller ${name} breaks off more than ${perSecond} calls a second`;
  return new CallRefused({ reason: ErrorReason.CALLER_LIMIT, message, retryAfterMs: RETRY_MS });
}
