/** Receives the exit code of a command that ran. */
export type EndWith = (exitCode: number) => void;
