/** Where the configuration comes from: a file, or the built-in one on the simulator. */

import { relative } from "node:path";
import { BUILT_IN_FILE, makeDefaultConfig } from "../config/default-config.ts";
import { findConfigFile } from "../config/find-config-file.ts";
import { type LoadedConfig, loadConfig } from "../config/load-config.ts";
import { readConfigFile } from "../config/read-config-file.ts";
import { type Simulator, startSimulator } from "../simulator/simulator.ts";

export interface ConfigSource {
  /** Path of the file; undefined for the built-in configuration. */
  readonly path: string | undefined;
  /** Reads and checks the configuration as it is now. Throws `ConfigError`. */
  load(): LoadedConfig;
  /** Ends what the built-in configuration stands on. */
  close(): Promise<void>;
}

/** Opens the configuration that `--config`, the environment or the working directory names, else the built-in one. */
export async function openConfigSource(flag: string | undefined): Promise<ConfigSource> {
  const { env } = process;
  const path = findConfigFile({ flag, env, cwd: process.cwd() });
  if (path !== undefined) {
    const file = showPath(path);
    const simulator = await startIfNamed(readConfigFile(path, file), env);
    const variables = simulator === undefined ? env : { ...env, [SIMULATOR_VARIABLE]: simulator.url };
    const load = (): LoadedConfig => loadConfig({ text: readConfigFile(path, file), file, env: variables });
    return { path, load, close: async () => simulator?.close() };
  }
  const simulator = await startSimulator();
  const text = makeDefaultConfig({ simulatorUrl: simulator.url, env });
  return {
    path,
    load: () => loadConfig({ text, file: BUILT_IN_FILE, env }),
    close: () => simulator.close(),
  };
}

/** The base URL of the simulator, for endpoints: `${UNDERSTUDY_SIMULATOR}/vendors/deepseek/v1`. */
const SIMULATOR_VARIABLE = "UNDERSTUDY_SIMULATOR";

/** Starts the simulator if a configuration stands on it when the server starts. */
async function startIfNamed(text: string, env: NodeJS.ProcessEnv): Promise<Simulator | undefined> {
  const isNamed = text.includes(`\${${SIMULATOR_VARIABLE}}`) && env[SIMULATOR_VARIABLE] === undefined;
  return isNamed ? startSimulator() : undefined;
}

/** A path as people write it: from the working directory, if it lies in it. */
export function showPath(path: string): string {
  const nearby = relative(process.cwd(), path);
  return nearby.startsWith("..") ? path : nearby;
}
