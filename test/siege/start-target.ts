/** Starts the gateway that is attacked: with callers, and an upstream in a process of its own. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { type Spawned, spawnListener } from "./spawn-listener.ts";

const repository = resolve(import.meta.dirname, "../..");

/** The keys of the two callers: the probe's own, and one that an attacker has got hold of. */
export const PROBE_KEY = "key-of-the-probe-0001";
export const ATTACKER_KEY = "key-of-the-attacker-1";

export interface TargetOptions {
  /** Where the product is. Default this repository. */
  readonly checkout?: string | undefined;
  /** Sections that replace those of the configuration. */
  readonly sections?: object;
  /** `HOST:PORT`. Default a free port of 127.0.0.1. */
  readonly listen?: string;
  /** Flags of Node. */
  readonly flags?: readonly string[];
  /** Most open files; undefined for what this process may have. */
  readonly maxFiles?: number;
  /** Number of deltas of an answer. Default 5. */
  readonly deltaCount?: number;
  /** Where upstream calls go. Default an upstream that answers at once. */
  readonly upstreamUrl?: string;
}

export interface Target extends Spawned {
  readonly port: number;
  readonly pid: number;
  /** Resident memory in bytes, now and at its highest since the last `forgetPeak`. */
  readonly residentBytes: () => number;
  readonly peakBytes: () => number;
  forgetPeak(): void;
  readonly descriptorCount: () => number;
}

/** Starts the gateway and its upstream. */
export async function startTarget(options: TargetOptions = {}): Promise<Target> {
  const upstream = options.upstreamUrl === undefined ? await startQuickUpstream(options.deltaCount) : undefined;
  const folder = mkdtempSync(join(tmpdir(), "understudy-siege-"));
  const release = async (): Promise<void> => {
    rmSync(folder, { recursive: true, force: true });
    await upstream?.stop();
  };
  try {
    const file = join(folder, "understudy.yaml");
    const config = { ...makeConfig(options.upstreamUrl ?? upstream?.url ?? ""), ...options.sections };
    writeFileSync(file, JSON.stringify(config)); // every JSON document is one of YAML
    const gateway = await spawnListener(commandOf(options, file));
    return {
      ...gateway,
      ...watchProcess(gateway.child.pid ?? 0),
      port: Number(new URL(gateway.url).port),
      async stop() {
        await gateway.stop();
        await release();
      },
    };
  } catch (error) {
    await release();
    throw error;
  }
}

/** Starts an upstream that answers every call at once, by default with five deltas. */
export function startQuickUpstream(deltaCount = 5): Promise<Spawned> {
  const script = join(import.meta.dirname, "quick-upstream.ts");
  const args = ["--disable-warning=ExperimentalWarning", script, String(deltaCount)];
  return spawnListener({ command: process.execPath, args });
}

/** The server itself, without a launcher, so that the process that is watched is the one that serves. */
function commandOf(
  { checkout = repository, flags = [], maxFiles, listen = "127.0.0.1:0" }: TargetOptions,
  file: string,
) {
  const server = join(checkout, "src/main.ts");
  const node = [process.execPath, "--disable-warning=ExperimentalWarning", ...flags, server];
  const args = [...node, "serve", "--config", file, "--listen", listen, "--log-level", "warn"];
  if (maxFiles === undefined) return { command: process.execPath, args: args.slice(1) };
  return { command: "/bin/sh", args: ["-c", `ulimit -n ${maxFiles} && exec "$@"`, "sh", ...args] };
}

/** One healthy route, on which nothing is limited. */
function makeConfig(upstreamUrl: string): object {
  return {
    callers: { probe: { api_key: PROBE_KEY }, attacker: { api_key: ATTACKER_KEY } },
    providers: { upstream: { platform: "compatible", dialect: "openai-chat", endpoint: `${upstreamUrl}/v1` } },
    routes: { quick: { provider: "upstream", model: "quick", max_concurrency: 10_000 } },
    workloads: { quick: { primary: "quick", policy: { min_tokens_per_s: 0 } } },
  };
}

function watchProcess(pid: number) {
  const bytesOf = (field: string): number => {
    const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, "mu").exec(
      readFileSync(`/proc/${pid}/status`, "utf8"),
    )?.[1];
    return Number(kibibytes) * 1024;
  };
  return {
    pid,
    residentBytes: () => bytesOf("VmRSS"),
    peakBytes: () => bytesOf("VmHWM"),
    forgetPeak: () => writeFileSync(`/proc/${pid}/clear_refs`, "5"),
    descriptorCount: () => readdirSync(`/proc/${pid}/fd`).length,
  };
}
