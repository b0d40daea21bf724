/** Writes log lines without ever waiting for their reader, and tells what was lost. */

/** Longest lag of lines that nobody takes, in bytes: some ten thousand lines, the beginning of what went wrong. */
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024;
/** Largest piece that is written at once, in bytes: what a pipe holds on most systems. */
const PIECE_BYTES = 64 * 1024;
/** How soon lines are tried again that the other end did not take, in milliseconds. */
const RETRY_MS = 100;

/**
 * Writes bytes and returns how many were taken, without waiting for anybody. Throws where nothing can be written now:
 * nobody reads, the disk is full, the reader has gone.
 */
export type Sink = (bytes: Uint8Array) => number;

export interface LogWriter {
  /** Takes a line with its end. */
  write(line: string): void;
  /** Writes what waits as far as it is taken. For the end of the process. */
  flush(): void;
}

/** Makes the line that tells of a loss: how many lines since when, in milliseconds since the epoch. */
export type DescribeLoss = (lostCount: number, sinceMs: number) => string;

/** Creates the writer. Lines of one turn of the event loop go out together. */
export function createLogWriter(sink: Sink, describeLoss: DescribeLoss): LogWriter {
  const buffer = new LineBuffer();
  let lostCount = 0;
  let lostSinceMs = 0;
  let timer: NodeJS.Immediate | NodeJS.Timeout | undefined;

  const flush = (): void => {
    timer = undefined;
    try {
      for (let piece = buffer.peek(); piece !== undefined; piece = buffer.peek()) {
        const takenBytes = sink(piece);
        if (takenBytes === 0) return retry();
        buffer.drop(takenBytes);
        // As soon as there is room again, and before the lines that come now.
        if (lostCount > 0 && buffer.byteLength === 0) tellLoss();
      }
    } catch {
      // Whatever is wrong with the log cannot be logged; the loss is told when it works again.
      retry();
    }
  };
  const retry = (): void => {
    timer ??= setTimeout(flush, RETRY_MS).unref();
  };
  const tellLoss = (): void => {
    buffer.add(describeLoss(lostCount, lostSinceMs));
    lostCount = 0;
  };
  return {
    write(line) {
      if (buffer.byteLength + line.length > MAX_BUFFERED_BYTES || lostCount > 0) {
        if (lostCount === 0) lostSinceMs = Date.now();
        lostCount += 1;
        return;
      }
      buffer.add(line);
      timer ??= setImmediate(flush);
    },
    flush,
  };
}

/** Lines that wait, in order. A piece that was taken in part goes on where it ended. */
class LineBuffer {
  #lines: string[] = [];
  #rest: Uint8Array = new Uint8Array(0);
  #lineBytes = 0;

  get byteLength(): number {
    return this.#rest.byteLength + this.#lineBytes;
  }

  add(line: string): void {
    this.#lines.push(line);
    // Lines are ASCII but for names; the bound need not be exact.
    this.#lineBytes += line.length;
  }

  /** What goes out next; undefined if nothing waits. */
  peek(): Uint8Array | undefined {
    if (this.#rest.byteLength === 0) {
      if (this.#lines.length === 0) return undefined;
      this.#rest = Buffer.from(this.#lines.join(""));
      this.#lines = [];
      this.#lineBytes = 0;
    }
    return this.#rest.subarray(0, PIECE_BYTES);
  }

  drop(byteCount: number): void {
    this.#rest = this.#rest.subarray(byteCount);
  }
}
