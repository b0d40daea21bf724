/** Plants each mutant and shows that the simulation, or the tests that are meant for it, find it: `npm run mutants`. */

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { argv, env, execPath } from "node:process";
import { fileURLToPath } from "node:url";
import { type Mutant, plantMutant } from "./mutant.ts";
import { MUTANTS } from "./mutant-list.ts";

/** As many worlds as `npm test` plays. */
const RUNS = "20000";
const SEED = "1";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const VITEST = fileURLToPath(new URL("../../node_modules/vitest/vitest.mjs", import.meta.url));
const CONFIG = fileURLToPath(new URL("vitest.config.ts", import.meta.url));

interface Verdict {
  readonly caught: boolean;
  /** By what, after how much. */
  readonly by: string;
}

const wanted = argv[2] ?? "";
const chosen = MUTANTS.filter(({ name }) => name.includes(wanted));
for (const mutant of chosen) plantMutant(mutant, readFileSync(`${ROOT}/src/${mutant.file}`, "utf8"));
let survivors = 0;
for (const mutant of chosen) {
  const { caught, by } = mutant.caughtBy === "simulation" ? simulateWith(mutant) : testWith(mutant);
  if (!caught) survivors++;
  console.log(`${mutant.name.padEnd(52)} ${caught ? "caught by" : "SURVIVED"} ${by}`);
}
console.log(`mutants ${chosen.length}, survivors ${survivors}`);
process.exitCode = survivors === 0 && chosen.length > 0 ? 0 : 1;

function simulateWith(mutant: Mutant): Verdict {
  const plant = fileURLToPath(new URL("plant-mutant.ts", import.meta.url));
  const main = fileURLToPath(new URL("main.ts", import.meta.url));
  const { stdout, stderr, status } = run(mutant, [
    "--import",
    plant,
    main,
    "--runs",
    RUNS,
    "--seed",
    SEED,
    "--no-shrink",
  ]);
  const runs = /^runs (\d+), violations 1,/m.exec(stdout)?.[1];
  if (status === 0) return { caught: false, by: `${RUNS} runs` };
  if (runs === undefined) throw new Error(`the simulation with "${mutant.name}" broke down:\n${stderr}`);
  return { caught: true, by: `the simulation after ${runs} runs: ${/^P\d+/m.exec(stdout)?.[0] ?? ""}` };
}

function testWith(mutant: Mutant): Verdict {
  const { stdout, stderr, status } = run(mutant, [VITEST, "run", "--root", ROOT, "--config", CONFIG]);
  const count = /Tests\s+(\d+) failed/.exec(stdout)?.[1];
  if (status === 0) return { caught: false, by: mutant.caughtBy };
  if (count === undefined) throw new Error(`the tests with "${mutant.name}" broke down:\n${stdout}${stderr}`);
  return { caught: true, by: `${mutant.caughtBy}: ${count} tests` };
}

function run(mutant: Mutant, args: readonly string[]) {
  return spawnSync(execPath, args, {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...env, UNDERSTUDY_MUTANT: mutant.name, NO_COLOR: "1" },
  });
}
