/** What a fault is: a name, an argument, and what it changes. */

import type { Ask } from "../answer/ask.ts";
import type { Manner } from "../answer/manner.ts";
import type { Dialect, Stamp } from "../dialect/simulated-dialect.ts";
import type { Script } from "../script/script.ts";

/** One request to a simulated model. */
export interface Visit {
  readonly ask: Ask;
  readonly dialect: Dialect;
  readonly stamp: Stamp;
  /** Counts the requests to this model, from 1. */
  readonly number: number;
  /** Between two pings of a stream that only pings, in milliseconds. */
  readonly pingIntervalMs: number;
}

/** The argument behind `=`. */
export interface FaultArgument {
  readonly number: number;
  /** What follows the number behind a colon; empty if nothing does. */
  readonly word: string;
}

/** Which arguments a fault takes. */
export interface ArgumentRule {
  /** What the number counts: `tokens`, `ms`, `status`. */
  readonly unit: string;
  readonly least: number;
  readonly most: number;
  /** The number if none is given; without it the argument is required. */
  readonly preset?: number;
  /** What a word behind a colon means; without it none is taken. */
  readonly word?: string;
}

interface Described {
  readonly name: string;
  readonly takes?: ArgumentRule;
  /** What happens, in one line. */
  readonly description: string;
}

/** Decides whether the other faults of the model apply to a request. */
export interface WhenFault extends Described {
  readonly stage: "when";
  applies(argument: FaultArgument, visit: Visit): boolean;
}

/** Takes the place of the answer; undefined: not for this request. */
export interface ReplyFault extends Described {
  readonly stage: "reply";
  reply(argument: FaultArgument, visit: Visit): Script | undefined;
}

/** Changes how the model answers. */
export interface MannerFault extends Described {
  readonly stage: "manner";
  change(argument: FaultArgument, manner: Manner): Manner;
}

/** Changes what happens on the connection. */
export interface ScriptFault extends Described {
  readonly stage: "script";
  change(argument: FaultArgument, script: Script, visit: Visit): Script;
}

export type Fault = WhenFault | ReplyFault | MannerFault | ScriptFault;

/** A fault with its argument, as a model's name asks for it. */
export interface ChosenFault {
  readonly fault: Fault;
  readonly argument: FaultArgument;
}
