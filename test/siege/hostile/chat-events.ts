/** Events of Chat Completions as text, well-formed ones to stand between the others. */

/** An event with any JSON value. */
export function makeEvent(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

/** A chunk with a delta. */
export function makeChunk(delta: unknown, finishReason: string | null = null): string {
  return makeEvent({ id: "1", choices: [{ index: 0, delta, finish_reason: finishReason }] });
}

export const ONCE = makeChunk({ content: "Once " });
export const UPON = makeChunk({ content: "upon a time." });
export const STOP = makeChunk({}, "stop");
export const DONE = "data: [DONE]\n\n";

/** A whole good answer: "Once upon a time." */
export const TALE = ONCE + UPON + STOP + DONE;
/** Its text. */
export const TALE_TEXT = "Once upon a time.";
