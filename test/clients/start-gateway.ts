/** Starts a gateway, as a process of its own, whose upstream is a simulator of its own. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { onTestFinished } from "vitest";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import { type Program, startProgram } from "./start-program.ts";

const bin = resolve(import.meta.dirname, "../../bin/understudy.mjs");

export interface GatewayOptions {
  /** Faults of the primary, as a model's name has them. Default: a healthy one with 300 tokens a second. */
  readonly primary?: string;
  /** Faults of the backup; undefined for no backup. */
  readonly backup?: string;
  readonly policy?: object;
  /** Default 127.0.0.1:0. */
  readonly listen?: string;
}

export interface Gateway {
  /** `HOST:PORT`. */
  readonly address: string;
  readonly program: Program;
  readonly simulator: Simulator;
}

/** A workload whose answers take longer than any test. */
export const ENDLESS = "endless";

/** Serves the workloads `summaries` and `ENDLESS` until the end of the test. */
export async function startGateway(options: GatewayOptions = {}): Promise<Gateway> {
  const simulator = await startSimulator();
  onTestFinished(() => simulator.close());
  const folder = mkdtempSync(join(tmpdir(), "understudy-clients-config-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "understudy.yaml");
  writeFileSync(file, JSON.stringify(makeConfig(simulator.url, options))); // every JSON document is one of YAML
  const listen = options.listen ?? "127.0.0.1:0";
  const program = startProgram([process.execPath, bin], ["serve", "--config", file, "--listen", listen]);
  const address = await program.prints(/^listening on http:\/\/(\S+)$/mu);
  return { address, program, simulator };
}

function makeConfig(simulatorUrl: string, { primary = "rate=300", backup, policy = {} }: GatewayOptions): object {
  return {
    providers: { simulator: { platform: "compatible", dialect: "anthropic-messages", endpoint: simulatorUrl } },
    routes: {
      primary: makeRoute(primary),
      ...(backup !== undefined && { backup: makeRoute(backup) }),
      [ENDLESS]: makeRoute("rate=1"),
    },
    workloads: {
      summaries: { primary: "primary", backups: backup === undefined ? [] : ["backup"], policy },
      [ENDLESS]: { primary: ENDLESS },
    },
  };
}

function makeRoute(faults: string): object {
  return { provider: "simulator", model: `sim-claude+${faults}`, continuation: "instruct" };
}
