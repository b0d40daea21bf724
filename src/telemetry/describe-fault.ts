/** Says of a fault what the log may know. */

/** The place of a call in the source, at the end of a line of a stack. */
const PLACE = /:\d+:\d+\)?$/;

/** The kind and the place of a fault. Its message may hold a part of a prompt or an answer, of several lines. */
export function describeFault(error: unknown): { fault: string; at: string[] } {
  if (!(error instanceof Error)) return { fault: typeof error, at: [] };
  const { message, stack = "" } = error;
  // With a function: in a text `$&` would stand for what is replaced.
  const frames = stack.replace(message, () => "").split("\n");
  const at = frames.filter((line) => /^\s+at /.test(line) && PLACE.test(line));
  return { fault: error.name, at: at.map((line) => line.trim()) };
}
