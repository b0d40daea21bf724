/** A bug that is planted on purpose, to see whether it is found. */

export interface Mutant {
  readonly name: string;
  /** File below `src/`. */
  readonly file: string;
  /** Source that stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  /** What is meant to find it: simulated worlds, or a test file. */
  readonly caughtBy: "simulation" | `test/${string}`;
}

/** Plants a mutant into the source of its file. Throws if the place is not there exactly once. */
export function plantMutant({ name, file, find, replace }: Mutant, source: string): string {
  const count = source.split(find).length - 1;
  if (count !== 1) throw new Error(`mutant "${name}": its source stands ${count} times in ${file}, not once`);
  return source.replace(find, () => replace);
}
