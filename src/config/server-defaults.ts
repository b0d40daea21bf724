/** The listener's settings: what the configuration says, and the default with its reason where it says nothing. */

import { type Duration, durationMs } from "@bufbuild/protobuf/wkt";
import type { Config } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { chooseMemoryBudget, type ProcessMemory, readProcessMemory } from "./memory-budget.ts";
import { type ListenAddress, parseListen } from "./parse-listen.ts";

/** Largest `max_request_bytes`: a message of this size is as large as clients' own limits go. */
export const MAX_REQUEST_BYTES = 64 * 1024 * 1024;

/** Defaults of `server`, in the units of `ServerSettings`. */
export const SERVER_DEFAULTS = {
  /** This machine only: opening the gateway to a network is a decision. */
  listen: "127.0.0.1:8080",
  /** A conversation that fills a window of a million tokens with text takes 4 MiB; the rest is room for pictures. */
  maxRequestBytes: 16 * 1024 * 1024,
  /** At 120 KB a stream this is half a gigabyte. */
  maxConcurrentCalls: 4000,
  /** A gRPC client puts all its calls on one connection; Go's and Java's own default of 100 would hold them up. */
  maxStreamsPerConnection: 1000,
  /** Most long answers end within two minutes. */
  drainTimeoutMs: 120_000,
  /** Only who runs behind a balancer needs it, and knows how often that one looks. */
  lameDuckMs: 0,
  /** Longer than a slow phone loses its network, short enough that an upstream is not paid for nobody. */
  clientStallTimeoutMs: 60_000,
  /** The longest that any limit of a policy can be. */
  maxTotalTimeoutMs: 3_600_000,
} as const;

/** Everything that the listener needs to know. */
export interface ServerSettings {
  readonly listen: ListenAddress;
  /** Files in PEM; undefined for a cleartext port. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
  /** Origins whose pages may call, or `*`. */
  readonly corsOrigins: readonly string[];
  /** Names of this server, in lower case, beside those of this machine. */
  readonly allowedHosts: readonly string[];
  readonly maxRequestBytes: number;
  /** By the memory of the process where the configuration does not say it. */
  readonly maxBufferedBytes: number;
  readonly maxConcurrentCalls: number;
  readonly maxStreamsPerConnection: number;
  readonly drainTimeoutMs: number;
  readonly lameDuckMs: number;
  readonly clientStallTimeoutMs: number;
  readonly maxTotalTimeoutMs: number;
}

/**
 * Settings of a configuration that was checked, for a process with so much memory; default that of this one. Throws only
 * if `listen` is not an address.
 */
export function serverSettings(config: Config, memory: ProcessMemory = readProcessMemory()): ServerSettings {
  const { server } = config;
  const listen = parseListen(server?.listen || SERVER_DEFAULTS.listen);
  if (listen === undefined) throw new Error("server.listen is not HOST:PORT, so the configuration was not checked");
  return {
    listen,
    tls: server?.tls && { certFile: server.tls.certFile, keyFile: server.tls.keyFile },
    corsOrigins: server?.corsOrigins ?? [],
    allowedHosts: (server?.allowedHosts ?? []).map((host) => host.toLowerCase()),
    maxRequestBytes: server?.maxRequestBytes ?? SERVER_DEFAULTS.maxRequestBytes,
    maxBufferedBytes: Number(server?.maxBufferedBytes ?? chooseMemoryBudget(memory)),
    maxConcurrentCalls: server?.maxConcurrentCalls ?? SERVER_DEFAULTS.maxConcurrentCalls,
    maxStreamsPerConnection: server?.maxStreamsPerConnection ?? SERVER_DEFAULTS.maxStreamsPerConnection,
    drainTimeoutMs: msOr(server?.drainTimeout, SERVER_DEFAULTS.drainTimeoutMs),
    lameDuckMs: msOr(server?.lameDuck, SERVER_DEFAULTS.lameDuckMs),
    clientStallTimeoutMs: msOr(server?.clientStallTimeout, SERVER_DEFAULTS.clientStallTimeoutMs),
    maxTotalTimeoutMs: msOr(server?.maxTotalTimeout, SERVER_DEFAULTS.maxTotalTimeoutMs),
  };
}

function msOr(duration: Duration | undefined, defaultMs: number): number {
  return duration === undefined ? defaultMs : durationMs(duration);
}
