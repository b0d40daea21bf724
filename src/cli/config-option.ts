/** Declares the option that names the configuration. */

import { Option } from "commander";

/** Makes `--config`, for commands that read the configuration themselves. */
export function configOption(): Option {
  return new Option("-c, --config <file>", "configuration").env("UNDERSTUDY_CONFIG");
}
