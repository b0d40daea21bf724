/**
 * Summarises files. The answers go to stdout, everything else to stderr. Exit codes: 0 done, 1 not worth another try,
 * 75 worth another try later, 130 interrupted.
 */

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { Client, credentials, status } from "@grpc/grpc-js";

import { describeFailure } from "./describe-failure.ts";
import { isServiceError } from "./is-service-error.ts";
import { readStatusDetails } from "./status-details.ts";
import { summarise } from "./summarise.ts";

const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;
/** EX_TEMPFAIL of sysexits.h. */
const EXIT_TEMPORARY = 75;
const EXIT_INTERRUPTED = 130;

const USAGE = `usage: main.ts [options] FILE...   (- is stdin)
  --server NAME           the gateway, or a DNS name of its replicas (default 127.0.0.1:8080)
  --workload NAME         the workload to run on (default summaries)
  --timeout SECONDS       longest time for one summary, resumed parts included (default 60)
  --service-config FILE   gRPC service config (default ../retry-service-config.json)
`;

const STDIN = 0;

async function main(): Promise<void> {
  const { values: options, positionals: files } = parseArgs({
    allowPositionals: true,
    options: {
      server: { type: "string", default: "127.0.0.1:8080" },
      workload: { type: "string", default: "summaries" },
      timeout: { type: "string", default: "60" },
      "service-config": { type: "string", default: `${import.meta.dirname}/../retry-service-config.json` },
    },
  });
  const timeoutMs = Number(options.timeout) * 1000;
  if (files.length === 0 || !(timeoutMs > 0)) {
    process.stderr.write(USAGE);
    process.exitCode = EXIT_USAGE;
    return;
  }

  // Ctrl-C cancels the call, which closes the upstream. A second one ends the program.
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => interruption.abort());

  // Cleartext, as the gateway speaks it by default. With TLS: credentials.createSsl().
  const client = new Client(options.server, credentials.createInsecure(), {
    "grpc.service_config": readFileSync(options["service-config"], "utf8"),
  });
  try {
    for (const file of files) {
      if (files.length > 1) process.stdout.write(`== ${file} ==\n`);
      await summarise({
        client,
        workload: options.workload,
        document: readFileSync(file === "-" ? STDIN : file, "utf8"),
        deadline: new Date(Date.now() + timeoutMs),
        signal: interruption.signal,
      });
    }
  } finally {
    client.close();
  }
}

/** Tells scripts whether another try makes sense. */
function exitCode(error: unknown): number {
  if (error instanceof Error && error.name === "AbortError") return EXIT_INTERRUPTED;
  if (!isServiceError(error)) return EXIT_FAILURE;
  switch (error.code) {
    case status.CANCELLED:
      return EXIT_INTERRUPTED;
    case status.UNAVAILABLE:
    case status.DEADLINE_EXCEEDED:
    case status.ABORTED:
      return EXIT_TEMPORARY;
    case status.RESOURCE_EXHAUSTED:
      return readStatusDetails(error).info?.reason === "TOO_LARGE" ? EXIT_FAILURE : EXIT_TEMPORARY;
    default:
      return EXIT_FAILURE;
  }
}

try {
  await main();
} catch (error) {
  const told = error instanceof Error ? error.message : String(error);
  process.stderr.write(isServiceError(error) ? describeFailure(error) : `error: ${told}\n`);
  process.exitCode = exitCode(error);
}
