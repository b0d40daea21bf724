/** Tells a request that is larger than a whole allowance from one that came when the allowance was used up. */

const NUMBERS = /limit:? (\d[\d,]*).{0,80}?requested:? (?:about )?(\d[\d,]*)/i;

/** An allowance is for a time; the limit of a model's window is not. */
const FOR_A_TIME = /\bper[- ](?:second|minute|min|hour|day)\b|\bTP[MD]\b/i;

/** Whether an error's words name a limit, and a request of more than that: waiting would not help it. */
export function asksForMoreThanAllowed(message: string): boolean {
  if (!FOR_A_TIME.test(message)) return false;
  const [, limit, requested] = NUMBERS.exec(message) ?? [];
  return limit !== undefined && requested !== undefined && toNumber(requested) > toNumber(limit);
}

function toNumber(digits: string): number {
  return Number(digits.replaceAll(",", ""));
}
