/** Runs the command line with local commands that only tell what they were given. */

import { createProgram } from "../../src/cli/program.ts";

const tell = (name: string) => (options: object) => {
  process.stdout.write(`${JSON.stringify([name, options])}\n`);
  return Promise.resolve(0);
};

process.exitCode = await createProgram({
  serve: tell("serve"),
  check: tell("check"),
  approve: tell("approve"),
  revoke: tell("revoke"),
  vendors: tell("vendors"),
}).run(process.argv.slice(2));
