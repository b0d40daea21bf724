/** The options that several commands have. */

import { type Command, InvalidArgumentError, Option } from "commander";

/** Where a server listens unless told otherwise. */
const defaultServerUrl = "http://127.0.0.1:8080";

/** Reads a server's address and returns its origin. `HOST:PORT` alone means `http://`, an empty text the default. */
export function parseServerUrl(text: string): string {
  if (text === "") return defaultServerUrl;
  const url = URL.parse(text.includes("://") ? text : `http://${text}`);
  const isOrigin = url !== null && url.pathname === "/" && url.search === "" && url.hash === "" && url.username === "";
  if (isOrigin && /^https?:$/u.test(url.protocol)) return url.origin;
  throw new InvalidArgumentError("Give http://HOST:PORT or https://HOST:PORT.");
}

/** Adds `--server` and `--key`, for commands that talk to a server. */
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

/** Makes `--config`, for commands that read the configuration themselves. */
export function configOption(): Option {
  return new Option("-c, --config <file>", "configuration").env("UNDERSTUDY_CONFIG");
}
