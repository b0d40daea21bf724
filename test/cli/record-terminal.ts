/** A terminal that remembers what it was shown, stdout and stderr in one as on a screen. */

import { plain } from "../../src/cli/terminal/shown-text.ts";
import type { Output, Terminal } from "../../src/cli/terminal/terminal.ts";

export interface RecordedTerminal extends Terminal {
  /** What stdout was given. */
  readonly stdout: () => string;
  /** What stderr was given. */
  readonly stderr: () => string;
  /** Both in their order. */
  readonly screen: () => string;
}

export interface RecordOptions {
  /** Whether stdout is a terminal. Default true. */
  readonly outIsTerminal?: boolean;
  /** Whether stderr is a terminal. Default true. */
  readonly errIsTerminal?: boolean;
  readonly rows?: number;
  readonly columns?: number;
}

export function recordTerminal(options: RecordOptions = {}): RecordedTerminal {
  const { outIsTerminal = true, errIsTerminal = true, rows = 24, columns = 80 } = options;
  const written: { readonly to: "out" | "err"; readonly text: string }[] = [];
  const record = (to: "out" | "err", isTerminal: boolean): Output => ({
    isTerminal,
    paint: plain,
    closed: new AbortController().signal,
    size: () => ({ rows, columns }),
    write: (text) => {
      written.push({ to, text });
      return Promise.resolve();
    },
  });
  const all = (to?: "out" | "err"): string =>
    written.flatMap((entry) => (to === undefined || to === entry.to ? entry.text : [])).join("");
  return {
    input: process.stdin,
    out: record("out", outIsTerminal),
    err: record("err", errIsTerminal),
    stdout: () => all("out"),
    stderr: () => all("err"),
    screen: () => all(),
  };
}
