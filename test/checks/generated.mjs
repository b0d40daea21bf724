/** Fails if the committed generated code is not what the protos generate. Restores nothing: run `npm run generate` and commit. */

import { execFileSync } from "node:child_process";

const git = (...args) => execFileSync("git", args, { encoding: "utf8" });

const before = git("status", "--porcelain", "--", "gen");
execFileSync("npm", ["run", "--silent", "generate"], { stdio: "inherit" });
const after = git("status", "--porcelain", "--", "gen");
if (before !== after) {
  process.stderr.write(`the code in gen is stale:\n${after}run \`npm run generate\` and commit what it writes\n`);
  process.exitCode = 1;
}
