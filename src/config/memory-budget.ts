/** Chooses how much memory the requests in flight may take, where the configuration does not say it. */

import { getHeapStatistics } from "node:v8";

/**
 * Part of the heap that requests may fill. The rest is for the program (about 60 MB), for answers and their streams
 * (60 KB each), and for what the collector has not collected yet.
 */
const SHARE_OF_HEAP = 0.4;
/** Part of the memory of the container. The heap, its garbage and the buffers outside of it have to fit beside. */
const SHARE_OF_CONTAINER = 0.3;

/** A limit beyond this is none: a petabyte. */
const NO_LIMIT_BYTES = 2 ** 50;

/** What the process may use, in bytes. */
export interface ProcessMemory {
  /** Where the heap ends: by `--max-old-space-size`, or as Node chose it. */
  readonly heapBytes: number;
  /** Where the operating system ends the process: the limit of its control group; infinite without one. */
  readonly containerBytes: number;
}

/** Reads the limits of this process. */
export function readProcessMemory(): ProcessMemory {
  const containerBytes = process.constrainedMemory();
  return {
    heapBytes: getHeapStatistics().heap_size_limit,
    // Without a limit the system tells none, or one that no machine has.
    containerBytes: containerBytes > 0 && containerBytes < NO_LIMIT_BYTES ? containerBytes : Number.POSITIVE_INFINITY,
  };
}

/** Default of `max_buffered_bytes`, in bytes. */
export function chooseMemoryBudget({ heapBytes, containerBytes }: ProcessMemory): number {
  return Math.floor(Math.min(heapBytes * SHARE_OF_HEAP, containerBytes * SHARE_OF_CONTAINER));
}

/** Says what the requests in flight may take. */
export function describeMemoryBudget(budgetBytes: number): string {
  const { heapBytes, containerBytes } = readProcessMemory();
  const container = Number.isFinite(containerBytes) ? `, its container of ${inMib(containerBytes)}` : "";
  return `requests in flight may take ${inMib(budgetBytes)}; the heap ends at ${inMib(heapBytes)}${container}`;
}

function inMib(bytes: number): string {
  return `${Math.floor(bytes / 1024 ** 2)} MiB`;
}
