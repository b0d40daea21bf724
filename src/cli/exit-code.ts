/** How the program ends, for scripts that look. */

export const ExitCode = {
  /** All went well, also if the reader of the output left early. */
  ok: 0,
  /** The call failed, the server was not reached, or the configuration is not valid. */
  failure: 1,
  /** The command line is wrong: nothing was tried. */
  usage: 2,
  /** Ended by Ctrl-C, as shells count it: 128 + SIGINT. */
  interrupted: 130,
} as const;
