/** Where the configuration comes from: a file, or the built-in one on the simulator. */

import { relative } from "node:path";
import { BUILT_IN_FILE, makeDefaultConfig } from "../config/default-config.ts";
import { findConfigFile } from "../config/find-config-file.ts";
import { type LoadedConfig, loadConfig } from "../config/load-config.ts";
import { readConfigFile } from "../config/read-config-file.ts";
import { startSimulator } from "../simulator/simulator.ts";

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
    const load = (): LoadedConfig => loadConfig({ text: readConfigFile(path, file), file, env });
    return { path, load, close: async () => {} };
  }
  const simulator = await startSimulator();
  const text = makeDefaultConfig({ simulatorUrl: simulator.url, env });
  return {
    path,
    load: () => loadConfig({ text, file: BUILT_IN_FILE, env }),
    close: () => simulator.close(),
  };
}

/** A path as people write it: from the working directory, if it lies in it. */
export function showPath(path: string): string {
  const nearby = relative(process.cwd(), path);
  return nearby.startsWith("..") ? path : nearby;
}
