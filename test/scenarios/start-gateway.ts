/** Starts a gateway with a configuration of its own. */

import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { API_KEY } from "./make-config.ts";
import { type Program, runProgram } from "./run-program.ts";

export interface Gateway extends Program {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Ends the process if it still runs, and removes the files that were made for it. */
  stop(): Promise<void>;
}

/** Serves `config`, which is written as JSON: every JSON document is one of YAML. */
export async function startGateway(config: object): Promise<Gateway> {
  const folder = mkdtempSync(join(tmpdir(), "understudy-scenarios-"));
  const file = join(folder, "understudy.yaml");
  writeFileSync(file, JSON.stringify(config));
  const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const gateway = await serveFile(file);
    return { ...gateway, stop: () => gateway.stop().finally(removeFolder) };
  } catch (error) {
    removeFolder();
    throw error;
  }
}

/** Serves the configuration in a file, which stays when the gateway stops. */
export async function serveFile(file: string): Promise<Gateway> {
  const program = runProgram(["serve", "--config", file, "--listen", "127.0.0.1:0"], { SCENARIO_KEY: API_KEY });
  const stop = async (): Promise<void> => {
    if (program.child.exitCode === null) program.child.kill("SIGKILL");
    await program.ended;
  };
  try {
    return { ...program, url: await readUrl(program), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function readUrl({ child, printed, ended }: Program): Promise<string> {
  for (;;) {
    const url = /^listening on (\S+)$/mu.exec(printed.stdout)?.[1];
    if (url !== undefined) return url;
    if (child.exitCode !== null) throw new Error(`the gateway ended at its start: ${printed.stderr}`);
    if (child.stdout === null) throw new Error("the gateway has no output");
    await Promise.race([once(child.stdout, "data"), ended]);
  }
}
