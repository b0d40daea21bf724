/** Plays simulated worlds from the command line: `--runs 20000 --seed 1 [--path ...]`, or `--false-alarms`. */

import { parseArgs } from "node:util";
import { countFalseAlarms } from "./false-alarms.ts";
import { simulate } from "./simulate.ts";

const { values } = parseArgs({
  allowNegative: true,
  options: {
    runs: { type: "string", default: "20000" },
    seed: { type: "string" },
    path: { type: "string" },
    "false-alarms": { type: "boolean", default: false },
    shrink: { type: "boolean", default: true },
  },
});
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
const startedAt = process.hrtime.bigint();
if (values["false-alarms"]) await playHealthyStreams();
else await playWorlds();

async function playWorlds(): Promise<void> {
  const { runs, failure } = await simulate({
    runs: Number(values.runs),
    seed,
    shrinks: values.shrink,
    ...(values.path === undefined ? {} : { path: values.path }),
  });
  if (failure !== undefined) {
    console.log(failure.breaches.join("\n"));
    console.log(JSON.stringify(failure.scenario));
    console.log(`replay: npm run simulate -- --seed ${seed} --path ${failure.path}`);
  }
  conclude(`runs ${runs}`, failure === undefined ? 0 : 1, failure !== undefined);
}

/** At most 1 healthy stream in 1,000 may be switched. */
async function playHealthyStreams(): Promise<void> {
  const streams = 100_000;
  const switched = await countFalseAlarms(streams, seed);
  conclude(`healthy streams ${streams}`, switched, switched > streams / 1_000);
}

function conclude(played: string, violations: number, failed: boolean): void {
  const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
  console.log(`${played}, violations ${violations}, seconds ${seconds.toFixed(1)}, seed ${seed}`);
  process.exitCode = failed ? 1 : 0;
}
