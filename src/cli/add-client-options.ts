/** The options that every command that talks to a server has. */

import { type Command, Option } from "commander";
import { defaultServerUrl, parseServerUrl } from "./parse-server-url.ts";

/** Adds `--server` and `--key`. */
export function addClientOptions(command: Command): Command {
  return command
    .addOption(
      new Option("-s, --server <url>", "server to talk to, https:// for TLS")
        .env("UNDERSTUDY_SERVER")
        .default(defaultServerUrl)
        .argParser(parseServerUrl),
    )
    .addOption(
      new Option("--key <key>", "key of the caller; the variable keeps it out of process lists").env("UNDERSTUDY_KEY"),
    );
}
