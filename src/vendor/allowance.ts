/** Tells a request that is larger than a whole allowance from one that came when the allowance was used up. */

const NUMBERS = /limit:? (\d[\d,]*).{0,80}?requested:? (?:about )?(\d[\d,]*)/i;

/** Whether an error's words name a limit, and a request of more than that: waiting would not help it. */
export function asksForMoreThanAllowed(message: string): boolean {
  const [, limit, requested] = NUMBERS.exec(message) ?? [];
  return limit !== undefined && requested !== undefined && toNumber(requested) > toNumber(limit);
}

function toNumber(digits: string): number {
  return Number(digits.replaceAll(",", ""));
}
