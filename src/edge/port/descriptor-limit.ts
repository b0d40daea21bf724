/** Knows how many files and connections the operating system lets this process open. */

/** Descriptors for everything but calls: the log, files, watchers, the event loop and its threads. */
const RESERVED_COUNT = 64;
/** A call takes two: its client's connection and its upstream's. */
const PER_CALL = 2;
/** Fewer connections are of no use to anybody. */
const MIN_CONNECTIONS = 16;

/** Most connections of clients that the limit of descriptors (`ulimit -n`) leaves room for. */
export function connectionsByDescriptors(descriptorCount: number = readDescriptorLimit()): number {
  return Math.max(MIN_CONNECTIONS, Math.floor((descriptorCount - RESERVED_COUNT) / PER_CALL));
}

function readDescriptorLimit(): number {
  const { userLimits } = Object(process.report.getReport());
  // `unlimited` where there is none, and nothing on systems that have no such limit.
  const soft: unknown = userLimits?.open_files?.soft;
  return typeof soft === "number" ? soft : Number.POSITIVE_INFINITY;
}
