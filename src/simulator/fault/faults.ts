/** Every fault and behaviour of the simulator, as data: docs and `--help` list them from here. */

import { BODY_FAULTS } from "./body-faults.ts";
import type { Fault, WhenFault } from "./fault.ts";
import { MANNER_FAULTS } from "./manner-faults.ts";
import { REPLY_FAULTS } from "./reply-faults.ts";
import { SCRIPT_FAULTS } from "./script-faults.ts";

const WHEN_FAULTS: readonly WhenFault[] = [
  {
    name: "times",
    takes: { unit: "requests", least: 1, most: 1_000_000 },
    description: "applies the other faults to the first n requests only",
    stage: "when",
    applies: ({ number }, visit) => visit.number <= number,
  },
  {
    name: "sometimes",
    takes: { unit: "percent", least: 1, most: 100 },
    description: "applies the other faults to n percent of the requests, spread evenly",
    stage: "when",
    // 61 has no factor in common with 100: every hundred requests take every value once.
    applies: ({ number }, visit) => (visit.number * 61) % 100 < number,
  },
];

/**
 * Every fault and behaviour. A model asks for them by name: `claude-sonnet-5+stall=40`. Where tokens are counted, every
 * piece of content counts: reasoning, text and tool arguments.
 */
export const FAULTS: readonly Fault[] = [
  ...REPLY_FAULTS,
  ...MANNER_FAULTS,
  ...SCRIPT_FAULTS,
  ...BODY_FAULTS,
  ...WHEN_FAULTS,
];

/** How a fault is written: `stall=TOKENS`, `flood[=MB]`, `error=TOKENS[:TYPE]`. */
export function faultUsage({ name, takes }: Fault): string {
  if (takes === undefined) return name;
  const word = takes.word === undefined ? "" : `[:${takes.word.toUpperCase()}]`;
  const argument = `=${takes.unit.toUpperCase()}${word}`;
  return takes.preset === undefined ? `${name}${argument}` : `${name}[${argument}]`;
}
