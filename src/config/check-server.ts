/** Checks the listener's settings. */

import { durationMs } from "@bufbuild/protobuf/wkt";
import { type Config, type Server, ServerSchema } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { formatDuration } from "../time/duration.ts";
import { isLoopback } from "./is-loopback.ts";
import { chooseMemoryBudget, readProcessMemory } from "./memory-budget.ts";
import { parseListen } from "./parse-listen.ts";
import type { Problems } from "./problems.ts";
import { MAX_REQUEST_BYTES, SERVER_DEFAULTS } from "./server-defaults.ts";

const KIB = 1024;
const HOUR_MS = 3_600_000;

/** Ranges of sizes and counts, with the mend. Beyond 64 GiB the unit was mistaken. */
const NUMBERS = [
  ["maxRequestBytes", KIB, MAX_REQUEST_BYTES, "give bytes from 1024 (1 KiB) to 67108864 (64 MiB)"],
  ["maxBufferedBytes", KIB, 64 * KIB ** 3, "give bytes from 1024 (1 KiB) to 68719476736 (64 GiB)"],
  ["maxConcurrentCalls", 1, 100_000, "give a number from 1 to 100,000"],
  ["maxStreamsPerConnection", 1, 100_000, "give a number from 1 to 100,000"],
] as const;

/** Ranges of durations in milliseconds. Nobody waits for longer than an hour for a process to stop. */
const DURATIONS_MS = [
  ["drainTimeout", 0, HOUR_MS],
  ["lameDuck", 0, HOUR_MS],
  ["clientStallTimeout", 1000, HOUR_MS],
  ["maxTotalTimeout", 1000, HOUR_MS],
] as const;

/** Reports what is wrong with the listener's settings. */
export function checkServer(config: Config, problems: Problems): void {
  const { server } = config;
  checkMemory(server, problems);
  if (server === undefined) return;
  checkListen(config, server.listen, problems);
  checkRanges(server, problems);
  checkOrigins(server.corsOrigins, problems);
  checkHosts(server.allowedHosts, problems);
  if (server.tls === undefined) return;
  for (const field of ["certFile", "keyFile"] as const) {
    const path = field === "certFile" ? "server.tls.cert_file" : "server.tls.key_file";
    if (server.tls[field] === "")
      problems.report(path, "is missing", "name both cert_file and key_file, or remove tls");
  }
}

function checkListen(config: Config, listen: string, problems: Problems): void {
  if (listen === "") return;
  const address = parseListen(listen);
  if (address === undefined) {
    return problems.report("server.listen", "is not HOST:PORT", 'write it like "127.0.0.1:8080" or "[::1]:8080"');
  }
  if (!isLoopback(address.host) && Object.keys(config.callers).length === 0) {
    const mend = "add callers, or listen on 127.0.0.1 behind something that checks who calls";
    problems.warn("server.listen", "anybody who reaches this address can use the configured keys", mend);
  }
}

function checkRanges(server: Server, problems: Problems): void {
  for (const [field, min, max, mend] of NUMBERS) {
    const value = server[field];
    if (value !== undefined && (value < min || value > max)) report(field, "is out of range", mend, problems);
  }
  for (const [field, min, max] of DURATIONS_MS) {
    const duration = server[field];
    const ms = duration === undefined ? min : durationMs(duration);
    const mend = `give a duration from ${formatDuration(min)} to ${formatDuration(max)}`;
    if (ms < min || ms > max) report(field, "is out of range", mend, problems);
  }
}

/** A request is in memory as it came, twice as much while it grows, and three times as it is worked with. */
const COPIES = 5;

function checkMemory(server: Server | undefined, problems: Problems): void {
  const requestBytes = server?.maxRequestBytes ?? SERVER_DEFAULTS.maxRequestBytes;
  const configured = server?.maxBufferedBytes;
  if (configured !== undefined && configured < requestBytes) {
    const message = "is smaller than max_request_bytes, so the largest request could never come in";
    return report("maxBufferedBytes", message, `give at least ${requestBytes}`, problems);
  }
  const budgetBytes = Number(configured ?? chooseMemoryBudget(readProcessMemory()));
  if (budgetBytes >= requestBytes * COPIES) return;
  const field = configured === undefined ? "max_request_bytes" : "max_buffered_bytes";
  const message = `a request of ${requestBytes} bytes takes up to ${requestBytes * COPIES} of memory, and all together have ${budgetBytes}`;
  problems.warn(`server.${field}`, message, "lower max_request_bytes, or give the process more memory");
}

function report(field: keyof typeof ServerSchema.field, message: string, mend: string, problems: Problems): void {
  problems.report(`server.${ServerSchema.field[field].name}`, message, mend);
}

function checkOrigins(origins: readonly string[], problems: Problems): void {
  for (const [index, origin] of origins.entries()) {
    if (origin === "*") continue;
    const url = URL.canParse(origin) ? new URL(origin) : undefined;
    if (url?.origin === origin && /^https?:$/.test(url.protocol)) continue;
    const mend = 'write it like "https://app.example", without a path, or "*"';
    problems.report(`server.cors_origins[${index}]`, "is not an origin", mend);
  }
}

function checkHosts(hosts: readonly string[], problems: Problems): void {
  for (const [index, host] of hosts.entries()) {
    if (URL.canParse(`http://${host}`) && new URL(`http://${host}`).hostname === host.toLowerCase()) continue;
    const mend = 'write it like "gateway.internal", without a scheme, a port or a path';
    problems.report(`server.allowed_hosts[${index}]`, "is not the name of a host", mend);
  }
}
