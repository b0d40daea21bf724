/** Runs Debian's balancers with the configurations of `examples/balancers`. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const examples = resolve(import.meta.dirname, "../../examples/balancers");

export const BALANCERS = ["haproxy", "nginx"] as const;
export type BalancerName = (typeof BALANCERS)[number];

export interface Balancer {
  /** `127.0.0.1:PORT`, for HTTP/2. */
  readonly http2Address: string;
  /** `127.0.0.1:PORT`, for HTTP/1.1. */
  readonly http1Address: string;
  stop(): Promise<void>;
}

/** Starts a balancer of the replicas that listen at these ports. */
export async function startBalancer(name: BalancerName, replicaPorts: readonly number[]): Promise<Balancer> {
  const folder = mkdtempSync(join(tmpdir(), "understudy-balancer-"));
  const [http2Port, http1Port] = [await findPort(), await findPort()];
  const file = join(folder, "balancer.conf");
  const text = readFileSync(join(examples, name === "haproxy" ? "haproxy.cfg" : "nginx.conf"), "utf8");
  writeFileSync(file, fillIn(name, text, { folder, http2Port, http1Port, replicaPorts }));
  const [command, ...args] = {
    haproxy: ["haproxy", "-q", "-f", file, "-db"],
    nginx: ["nginx", "-p", folder, "-c", file, "-g", `daemon off; pid ${folder}/pid; error_log stderr crit;`],
  }[name];
  const child = spawn(command ?? name, args, { stdio: ["ignore", "ignore", "inherit"] });
  const ended = once(child, "exit");
  await Promise.race([
    Promise.all([untilOpen(http2Port), untilOpen(http1Port)]),
    ended.then(() => Promise.reject(new Error(`${name} ended at its start`))),
  ]);
  return {
    http2Address: `127.0.0.1:${http2Port}`,
    http1Address: `127.0.0.1:${http1Port}`,
    async stop() {
      child.kill("SIGTERM");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Places {
  readonly folder: string;
  readonly http2Port: number;
  readonly http1Port: number;
  readonly replicaPorts: readonly number[];
}

function fillIn(name: BalancerName, text: string, { folder, http2Port, http1Port, replicaPorts }: Places): string {
  let filled = text;
  for (const [index, port] of replicaPorts.entries()) {
    filled = filled.replaceAll(`replica-${index + 1}:8080`, `127.0.0.1:${port}`);
  }
  if (name === "haproxy") {
    return filled
      .replace("bind :8443", `bind 127.0.0.1:${http2Port}`)
      .replace("bind :8080", `bind 127.0.0.1:${http1Port}`);
  }
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (path) => `${path}_temp_path ${folder}/${path};`,
  );
  return filled
    .replace("listen 8443", `listen 127.0.0.1:${http2Port}`)
    .replace("listen 8080", `listen 127.0.0.1:${http1Port}`)
    .replace("http {", `http {\n  access_log off;\n  ${paths.join("\n  ")}`);
}

/** A port that nobody listens at. */
export async function findPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("there is no port");
  return address.port;
}

async function untilOpen(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    const isOpen = await new Promise((done) => {
      socket.once("connect", () => done(true));
      socket.once("error", () => done(false));
    });
    socket.destroy();
    if (isOpen) return;
    await sleep(50);
  }
}
