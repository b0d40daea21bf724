/** Offers a gateway calls at a steady rate, whether or not earlier ones were answered, by the Go program beside. */

import { execFile } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { quantile } from "./keyed-probe.ts";
import { PROBE_KEY } from "./start-target.ts";

const run = promisify(execFile);

/** Most bytes of the program's answer: it tells the time of every call. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

export interface Offer {
  readonly port: number;
  /** Calls a second. */
  readonly rate: number;
  readonly seconds: number;
  /** Each call on a connection of its own, or on one that was kept from an earlier one. */
  readonly connections: "new" | "kept";
}

/** What became of calls, a second. */
export interface Offered {
  /** How many were offered. */
  readonly rate: number;
  readonly answered: number;
  /** Answered with 503. */
  readonly refused: number;
  /** Everything else. */
  readonly failed: number;
  /** Of the answered calls, in milliseconds. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** What the program prints. */
interface Printed {
  readonly latenciesMs: readonly number[] | null;
  readonly refused: number;
  readonly failed: number;
  readonly seconds: number;
}

let built: Promise<string> | undefined;

/** Offers calls, and waits for the last answer. */
export async function offerCalls({ port, rate, seconds, connections }: Offer): Promise<Offered> {
  built ??= build();
  const options = { address: `127.0.0.1:${port}`, key: PROBE_KEY, rate, seconds, keep: connections === "kept" };
  const args = Object.entries(options).map(([name, value]) => `-${name}=${value}`);
  const { stdout } = await run(await built, args, { maxBuffer: MAX_OUTPUT_BYTES });
  const printed: Printed = JSON.parse(stdout);
  const latenciesMs = (printed.latenciesMs ?? []).toSorted((a, b) => a - b);
  return {
    rate: (rate * seconds) / printed.seconds,
    answered: latenciesMs.length / printed.seconds,
    refused: printed.refused / printed.seconds,
    failed: printed.failed / printed.seconds,
    p50Ms: quantile(latenciesMs, 0.5),
    p99Ms: quantile(latenciesMs, 0.99),
  };
}

/** Builds the program. Resolves with its path. */
async function build(): Promise<string> {
  const program = join(mkdtempSync(join(tmpdir(), "understudy-offer-")), "offer");
  await run("go", ["build", "-o", program, "."], { cwd: join(import.meta.dirname, "offer") });
  return program;
}
