/** Turns Ctrl-C into a signal that cancels calls. */

export interface Interrupt {
  readonly signal: AbortSignal;
  /** Stops listening. */
  dispose(): void;
}

/** Listens for the first Ctrl-C; a second one ends the process at once. */
export function createInterrupt(): Interrupt {
  const controller = new AbortController();
  const onInterrupt = (): void => controller.abort();
  process.once("SIGINT", onInterrupt);
  return { signal: controller.signal, dispose: () => process.removeListener("SIGINT", onInterrupt) };
}
