/**
 * Compares the gateway, by gRPC and through its OpenAI door, with a bare relay and with the direct way to the upstream:
 * CPU of a delta, time to first token, memory of an open stream. All figures of a run belong together; only their ratios carry over to other machines.
 *
 * `npm run bench` takes about two minutes, `npm run bench -- --quick` about 40 s. `--profile FOLDER` writes CPU profiles of
 * relay and gateway. It is no test: the exit code is 0 whether or not the aims are met, unless something failed.
 */

import { parseArgs } from "node:util";

import { CONCURRENCY, fullScale, quickScale } from "./bench-scale.ts";
import { compareMemory } from "./compare-memory.ts";
import { compareWays } from "./compare-ways.ts";
import { describeResults } from "./describe-results.ts";

const { values: options } = parseArgs({
  options: { quick: { type: "boolean", default: false }, profile: { type: "string" } },
});
const scale = options.quick ? quickScale : fullScale;
process.stdout.write(
  `${scale.rounds} rounds with ${CONCURRENCY} streams each, then ${scale.idleStreams} idle streams\n`,
);
const comparison = await compareWays(scale, options.profile);
process.stdout.write(`${describeResults(comparison, await compareMemory(scale)).join("\n")}\n`);
