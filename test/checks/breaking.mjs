/** Fails if the API breaks clients of the latest release. Without a release tag there is nothing to compare with. */

import { execFileSync, spawnSync } from "node:child_process";

const [latest] = execFileSync("git", ["tag", "--list", "v*", "--sort=-version:refname"], { encoding: "utf8" })
  .split("\n")
  .filter(Boolean);

if (latest === undefined) {
  process.stdout.write("no release yet: nothing to break\n");
} else {
  const { status } = spawnSync("buf", ["breaking", "--against", `.git#tag=${latest}`], { stdio: "inherit" });
  process.exitCode = status ?? 1;
}
