/** Runs a language's example. */

import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { inject } from "vitest";
import type { Language } from "./built-clients.ts";
import { type Program, startProgram } from "./start-program.ts";

const serviceConfig = resolve(import.meta.dirname, "../../examples/retry-service-config.json");

export interface SummariseOptions {
  readonly server: string;
  readonly workload?: string;
  /** Default 30. */
  readonly timeoutS?: number;
  /** A gRPC service config in place of the examples' own. */
  readonly serviceConfig?: string;
  /** Default: stdin. */
  readonly files?: readonly string[];
}

/** Starts the example on a short text. */
export function startSummary(language: Language, options: SummariseOptions): Program {
  const { server, workload = "summaries", timeoutS = 30, files = ["-"] } = options;
  const timeout = language === "go" ? `${timeoutS}s` : String(timeoutS); // a Go programmer expects a unit
  const config = options.serviceConfig ?? serviceConfig;
  const flags = { server, workload, timeout, "service-config": config };
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);
  return startProgram(inject("clients").examples[language], [...args, ...files], {
    input: "A text to sum up.",
    // Without it grpc-js asks the machine's own name server, whatever the name says.
    env: { GRPC_NODE_USE_ALTERNATIVE_RESOLVER: "true" },
  });
}

/** SHA-256 of what an example printed, without the line end behind it. */
export function hashPrinted(stdout: string): string {
  return createHash("sha256").update(stdout.replace(/\n$/u, "")).digest("hex");
}
