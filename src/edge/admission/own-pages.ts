/** Keeps pages of strangers out of a server that asks nobody for a key because only this machine can reach it. */

import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { CallRefused } from "../../call/refusal.ts";
import { isLoopback } from "../../config/is-loopback.ts";
import type { Exchange } from "../port/exchange.ts";

/**
 * Refuses what a browser may send for a page that is not the server's own: a name in `Host` that somebody else's DNS
 * points to this machine, and an `Origin` that is neither this server nor one of the configured. Throws `CallRefused`.
 *
 * HTTP/2 needs no look at its name: browsers speak it over TLS only, where the certificate says whose it is.
 */
export function checkOwnPage({ request, generation }: Exchange): void {
  const { host } = request.headers;
  const { origin } = request.headers;
  if (request.httpVersionMajor === 1 && !isOwnHost(host, generation.allowedHosts)) throw refuse(hostMessage);
  if (origin === undefined || generation.corsOrigins.includes(origin) || generation.corsOrigins.includes("*")) return;
  if (!isOwnOrigin(origin, host ?? request.headers[":authority"])) throw refuse(originMessage);
}

const hostMessage =
  "the request is for a host that is not this server's own; add it to server.allowed_hosts, or configure callers";
const originMessage = "the request is from a page that is not this server's own; add its origin to server.cors_origins";

function refuse(message: string): CallRefused {
  return new CallRefused({ reason: ErrorReason.NOT_ALLOWED, message });
}

function isOwnHost(host: string | undefined, allowed: readonly string[]): boolean {
  const name = hostName(host);
  return name !== undefined && (isLoopback(name) || allowed.includes(name));
}

function isOwnOrigin(origin: string, host: string | string[] | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** The name in a `Host`, without its port and without brackets; undefined if it is none. */
function hostName(host: string | undefined): string | undefined {
  if (host === undefined || !URL.canParse(`http://${host}`)) return undefined;
  return new URL(`http://${host}`).hostname.replaceAll(/^\[|\]$/g, "");
}
