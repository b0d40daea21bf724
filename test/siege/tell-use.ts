/** Loaded into a process that is watched: at SIGUSR2 it collects garbage, and tells on stderr what it holds. Needs `--expose-gc`. */

/** What a process holds when garbage is collected. */
export interface Use {
  readonly heapBytes: number;
  /** Memory outside of the heap that objects of the heap hold. */
  readonly externalBytes: number;
  /** Sockets, timers and whatever else keeps a process running, by kind. */
  readonly handles: Readonly<Record<string, number>>;
}

/** Begins the line on stderr; JSON of `Use` follows. */
export const USE_MARK = "use of the process: ";

/** What one collection finalises, the next one frees. */
const COLLECTIONS = 2;

process.on("SIGUSR2", () => {
  for (let turn = 0; turn < COLLECTIONS; turn += 1) globalThis.gc?.();
  const { heapUsed: heapBytes, external: externalBytes } = process.memoryUsage();
  const handles: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) handles[kind] = (handles[kind] ?? 0) + 1;
  process.stderr.write(`${USE_MARK}${JSON.stringify({ heapBytes, externalBytes, handles } satisfies Use)}\n`);
});
