/** Where a command reads and writes, and whose reader may leave. */

import { createPaint, type Paint } from "./shown-text.ts";

export interface Terminal {
  readonly input: NodeJS.ReadStream;
  /** Answers and tables. */
  readonly out: Output;
  /** Everything about them: switches, summaries, errors. */
  readonly err: Output;
}

/** Creates the terminal of this process. */
export function createTerminal(): Terminal {
  return { input: process.stdin, out: createOutput(process.stdout), err: createOutput(process.stderr) };
}

/** Rows and columns where the terminal does not tell its size. */
const UNKNOWN_SIZE = { rows: 24, columns: 80 };

/** A stream that a command writes to. */
export interface Output {
  readonly isTerminal: boolean;
  readonly paint: Paint;
  /** Aborted when nothing can be written any more; the reason is the error (`EPIPE`: the reader left). */
  readonly closed: AbortSignal;
  /** Size of the terminal now, in characters. */
  size(): { readonly rows: number; readonly columns: number };
  /** Resolves when the text was taken, or at once when the output is closed. Never rejects. */
  write(text: string): Promise<void>;
}

/** What a terminal knows about itself; a file or a pipe has none of it. */
type MaybeTerminal = NodeJS.WritableStream & Partial<Pick<NodeJS.WriteStream, "isTTY" | "rows" | "columns">>;

/** Creates the output of a stream of this process. */
function createOutput(stream: MaybeTerminal): Output {
  const closing = new AbortController();
  stream.on("error", (error: Error) => closing.abort(error));
  return {
    isTerminal: stream.isTTY === true,
    paint: createPaint(stream),
    closed: closing.signal,
    size: () => ({ rows: stream.rows ?? UNKNOWN_SIZE.rows, columns: stream.columns ?? UNKNOWN_SIZE.columns }),
    write(text) {
      if (closing.signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        stream.write(text, (error) => {
          if (error) closing.abort(error);
          resolve();
        });
      });
    },
  };
}
