/** Says of a fault what the log may know. */

/** The kind and the place of a fault. Its message may hold a part of a prompt or an answer. */
export function describeFault(error: unknown): { fault: string; at: string[] } {
  if (!(error instanceof Error)) return { fault: typeof error, at: [] };
  const at = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return { fault: error.name, at: at.map((line) => line.trim()) };
}
