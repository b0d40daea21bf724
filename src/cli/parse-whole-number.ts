/** Reads whole numbers of options and says which ones are taken. */

import { InvalidArgumentError } from "commander";

/** Creates a parser of whole numbers from `min` to `max`. */
export function parseWholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/u.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Give a whole number from ${min} to ${max}.`);
  };
}
