/** Gives the memory of a burst back to the system when the burst is over. */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** How often is looked, in milliseconds. */
const LOOK_MS = 5_000;
/** Most CPU time of a quiet process, as a share of the time: collecting holds up everything for some 70 ms. */
const QUIET_SHARE = 0.1;
/** How much more memory than after the last release is worth a collection, in bytes. */
const WORTHWHILE_BYTES = 64 * 1024 * 1024;

/** What is looked at, and what is done. */
export interface ProcessMemory {
  readonly residentBytes: () => number;
  /** CPU time so far, in milliseconds. */
  readonly cpuMs: () => number;
  collect(): void;
}

export interface MemoryRelease {
  readonly stop: () => void;
}

/**
 * Looks at the process now and again until it is stopped. V8 keeps the pages of a burst until its next whole
 * collection, and a process that has little to do comes to none.
 */
export function releaseMemory(memory: ProcessMemory = thisProcess): MemoryRelease {
  let leastBytes = memory.residentBytes();
  let seenCpuMs = memory.cpuMs();
  const look = (): void => {
    const cpuMs = memory.cpuMs();
    const isQuiet = cpuMs - seenCpuMs < QUIET_SHARE * LOOK_MS;
    seenCpuMs = cpuMs;
    const bytes = memory.residentBytes();
    leastBytes = Math.min(leastBytes, bytes);
    if (!isQuiet || bytes - leastBytes < WORTHWHILE_BYTES) return;
    memory.collect();
    // What does not come back now never will: it is not asked for again.
    leastBytes = bytes;
  };
  const timer = setInterval(look, LOOK_MS).unref();
  return { stop: () => clearInterval(timer) };
}

const thisProcess: ProcessMemory = {
  residentBytes: () => process.memoryUsage.rss(),
  cpuMs() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  },
  collect() {
    setFlagsFromString("--expose-gc");
    // An ordinary collection moves the pages to V8's own pool; the last resort gives the pool back as well.
    runInNewContext("gc({ type: 'major', execution: 'sync', flavor: 'last-resort' })");
  },
};
