/** Reads decimal numbers of options and says which ones are taken. */

import { InvalidArgumentError } from "commander";

/** Creates a parser of decimal numbers from `min` to `max`. */
export function parseDecimal(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+(\.\d+)?$/u.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Give a number from ${min} to ${max}.`);
  };
}
