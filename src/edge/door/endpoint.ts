/** One path of a door, and what answers there. */

import type { CallContext } from "../../call/call-context.ts";
import type { Services } from "../../service/services.ts";
import type { Log } from "../../telemetry/log.ts";
import type { CallGate } from "../admission/call-gate.ts";
import type { RequestMemory } from "../admission/request-memory.ts";
import type { EdgeLimits } from "../edge-limits.ts";
import type { Exchange } from "../port/exchange.ts";

/** What every door needs of the edge. */
export interface DoorParts {
  readonly services: Services;
  readonly limits: EdgeLimits;
  readonly gate: CallGate;
  readonly memory: RequestMemory;
  readonly log: Log;
  /** Aborted when every call must end. */
  readonly end: AbortSignal;
}

/** One admitted call. */
export interface DoorCall {
  readonly exchange: Exchange;
  readonly context: CallContext;
  /** The services as the call found them. */
  readonly services: Services;
  readonly parts: DoorParts;
}

/** One path of a door. */
export interface Endpoint {
  readonly method: "GET" | "POST";
  /** Stands for all paths below it if it ends in a slash. */
  readonly path: string;
  /** Answers a call. Fails with what ended the call, as long as nothing of an answer is written. */
  answer(call: DoorCall): Promise<void>;
}
