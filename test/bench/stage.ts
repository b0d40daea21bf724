/** The processes of the bench: an upstream, the relay and the gateway before it, and a client. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { AnswerShapes } from "./answer-shape.ts";
import { Child } from "./child.ts";
import { makeGatewayConfig } from "./gateway-config.ts";

/** The ways to the upstream that are compared; `door` is the gateway's OpenAI door. */
export const WAYS = ["direct", "relay", "gateway", "door"] as const;

export type WayName = (typeof WAYS)[number];

export interface Stage {
  readonly client: Child;
  /** The process under test; undefined for the direct way. */
  readonly servers: Readonly<Record<WayName, Child | undefined>>;
  readonly urls: Readonly<Record<WayName, string>>;
  /** Ends all processes. */
  end(): Promise<void>;
}

export interface StageOptions {
  readonly shapes: AnswerShapes;
  /** Folder for the CPU profiles of relay and gateway; none without. */
  readonly profileFolder: string | undefined;
}

/** Starts the processes. */
export async function startStage({ shapes, profileFolder }: StageOptions): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), "understudy-bench-"));
  const children: Child[] = [];
  const start = (script: string, args: readonly string[], profiled: boolean): Child => {
    const child = new Child({ script, args, profileFolder: profiled ? profileFolder : undefined });
    children.push(child);
    return child;
  };
  const end = async (): Promise<void> => {
    await Promise.all(children.map((child) => child.end()));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const client = start("client.ts", [], false);
    const direct = await start("paced-upstream.ts", [JSON.stringify(shapes)], false).url();
    const configFile = join(folder, "understudy.yaml");
    await writeFile(configFile, makeGatewayConfig(direct));
    const relay = start("bare-relay.ts", [direct], true);
    const serve = ["serve", "--log-level", "warn", "--config", configFile, "--listen", "127.0.0.1:0"];
    const gateway = start("../../bin/understudy.mjs", serve, true);
    const gatewayUrl = await gateway.url();
    const urls = { direct, relay: await relay.url(), gateway: gatewayUrl, door: gatewayUrl };
    return { client, servers: { direct: undefined, relay, gateway, door: gateway }, urls, end };
  } catch (error) {
    await end();
    throw error;
  }
}
