/** Reads the address to listen on: `127.0.0.1:8080`, `localhost:0`, `[::1]:8080`. */

import { isIPv4, isIPv6 } from "node:net";

/** Where a server listens. */
export interface ListenAddress {
  /** A name or an address; an IPv6 address without its brackets. */
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
}

/** The address in `HOST:PORT`; undefined if the text is not one. */
export function parseListen(text: string): ListenAddress | undefined {
  if (text.length > 270) return undefined;
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65_535) return undefined;
  if (match?.[1] !== undefined) return isIPv6(host) ? { host, port } : undefined;
  const looksLikeIPv4 = /^[\d.]+$/.test(host);
  return looksLikeIPv4 && !isIPv4(host) ? undefined : { host, port };
}
