/** How the program ends, for scripts that look. */

export const ExitCode = {
  /** All went well, also if the reader of the output left early. */
  ok: 0,
  /** The call failed, the server was not reached, the configuration is not valid, or a backup was judged to fail. */
  failure: 1,
  /** The command line is wrong: nothing was tried. */
  usage: 2,
  /** A comparison could not tell whether a backup will do. */
  inconclusive: 3,
  /** Ended by Ctrl-C, as shells count it: 128 + SIGINT. */
  interrupted: 130,
} as const;

/** Receives the exit code of a command that ran. */
export type EndWith = (exitCode: number) => void;

/** The command line is wrong in a way that only the command itself can tell: ends with `ExitCode.usage`. */
export class UsageFault extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageFault";
  }
}
