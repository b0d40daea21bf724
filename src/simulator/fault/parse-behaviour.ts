/** Reads the faults out of a model's name. */

import { closest } from "fastest-levenshtein";
import type { ChosenFault, Fault, FaultArgument } from "./fault.ts";
import { FAULTS, faultUsage } from "./faults.ts";

/** A model's name, read: `claude-sonnet-5+stall=40+reasoning=3`. */
export interface Behaviour {
  /** The name before the first `+`. */
  readonly model: string;
  readonly faults: readonly ChosenFault[];
}

/** A fault that does not exist, or an argument that it does not take. The message names what there is. */
export class UnknownFault extends Error {
  override readonly name = "UnknownFault";
}

const BY_NAME: ReadonlyMap<string, Fault> = new Map(FAULTS.map((fault) => [fault.name, fault]));

/** Reads `NAME+fault=argument+fault`. Throws `UnknownFault`. */
export function parseBehaviour(name: string): Behaviour {
  const [model = "", ...faults] = name.split("+");
  return { model, faults: faults.map(parseFault) };
}

/** Reads `fault=argument+fault`. Throws `UnknownFault`. */
export function parseFaults(text: string): readonly ChosenFault[] {
  return text.split("+").map(parseFault);
}

function parseFault(text: string): ChosenFault {
  const equals = text.indexOf("=");
  const name = equals === -1 ? text : text.slice(0, equals);
  const fault = BY_NAME.get(name);
  if (fault === undefined) throw new UnknownFault(unknownMessage(name));
  return { fault, argument: parseArgument(fault, equals === -1 ? undefined : text.slice(equals + 1)) };
}

function parseArgument(fault: Fault, text: string | undefined): FaultArgument {
  const { takes } = fault;
  if (takes === undefined) {
    if (text === undefined) return { number: 0, word: "" };
    throw new UnknownFault(`fault "${fault.name}" takes no argument`);
  }
  if (text === undefined && takes.preset !== undefined) return { number: takes.preset, word: "" };
  const [, digits, word = ""] = /^(\d{1,9})(?::(\w+))?$/u.exec(text ?? "") ?? [];
  const number = Number(digits);
  const fits = digits !== undefined && number >= takes.least && number <= takes.most;
  if (fits && (word === "" || takes.word !== undefined)) return { number, word };
  const range = `${takes.unit} from ${takes.least} to ${takes.most}`;
  throw new UnknownFault(`fault "${fault.name}" is written ${faultUsage(fault)}, with ${range}`);
}

function unknownMessage(name: string): string {
  const names = FAULTS.map((fault) => fault.name);
  return `unknown fault "${name}": did you mean "${closest(name, names)}"? known: ${names.join(", ")}`;
}
