/** Lets large messages be decoded one after the other, with time for everybody else between them. */

/** A larger message takes milliseconds to decode, in which nothing else runs. */
const LARGE_BYTES = 256 * 1024;
/** Turns of the event loop between two large messages: a small call needs about eight from its begin to its end. */
const TURNS_BETWEEN = 4;

let last: Promise<void> = Promise.resolve();

/** Whether a message takes turns. */
export function isLarge(message: Uint8Array): boolean {
  return message.byteLength >= LARGE_BYTES;
}

/** Resolves when a large message may be decoded. */
export function awaitTurn(): Promise<void> {
  const turn = last;
  last = turn.then(passTurns);
  return turn;
}

async function passTurns(): Promise<void> {
  for (let turns = 0; turns < TURNS_BETWEEN; turns += 1) {
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }
}
