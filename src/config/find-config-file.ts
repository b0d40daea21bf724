/** Decides which configuration file is used. */

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Environment } from "./expand-variables.ts";

/** The file that is used when nothing names one. */
const USUAL_NAME = "understudy.yaml";

export interface FindConfigOptions {
  /** The value of `--config`. */
  readonly flag: string | undefined;
  readonly env: Environment;
  /** The working directory. */
  readonly cwd: string;
}

/**
 * Path of the file: `--config`, else `UNDERSTUDY_CONFIG`, else `understudy.yaml` in the working directory if it is
 * there; undefined means the built-in configuration. A file that was named need not exist.
 */
export function findConfigFile({ flag, env, cwd }: FindConfigOptions): string | undefined {
  const named = flag || env["UNDERSTUDY_CONFIG"];
  if (named) return resolve(cwd, named);
  const usual = join(cwd, USUAL_NAME);
  return existsSync(usual) ? usual : undefined;
}
