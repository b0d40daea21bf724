/** One simulator, one gateway in front of it, and one client of the gateway. */

import { expect } from "vitest";
import { STORY } from "../../src/simulator/answer/story.ts";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import type { CreateClient, Request, ScenarioClient } from "./clients/scenario-client.ts";
import { API_KEY, makeConfig, type WorkloadSetup } from "./make-config.ts";
import { type Gateway, startGateway } from "./start-gateway.ts";

/** A workload of every stage whose primary is well. */
const WELL = "well";

/** What every call asks. It may appear nowhere but in requests to upstreams. */
const PROMPT = "Tell me about the ferry, my secret-prompt-7d1e.";

export interface Stage {
  readonly simulator: Simulator;
  readonly gateway: Gateway;
  readonly client: ScenarioClient;
  close(): Promise<void>;
}

/** A request to a workload. */
export function ask(workload: string, others: Request = {}): Request {
  return { workload, messages: [{ role: 2, text: PROMPT }], ...others };
}

/** Starts everything. `others` are further sections of the configuration. */
export async function startStage(
  createClient: CreateClient,
  workloads: readonly WorkloadSetup[],
  others: object = {},
): Promise<Stage> {
  const simulator = await startSimulator();
  const all: WorkloadSetup[] = [...workloads, { name: WELL, routes: [{ dialect: "openai-chat" }] }];
  const gateway = await startGateway(makeConfig(simulator.url, all, others));
  const client = createClient(gateway.url);
  return {
    simulator,
    gateway,
    client,
    async close() {
      client.close();
      await gateway.stop();
      await simulator.close();
    },
  };
}

/** Expects that the process is up and answers, left no upstream request open, and told its log no secret. */
export async function expectWell({ simulator, gateway, client }: Stage): Promise<void> {
  const { response, error } = await client.complete(ask(WELL));
  expect(error).toBeUndefined();
  expect(response?.parts[0]?.kind.value).toBe(STORY);
  await simulator.until(({ openCount }) => openCount === 0);
  expect(gateway.child.exitCode).toBeNull();
  const log = gateway.printed.stdout + gateway.printed.stderr;
  for (const secret of [API_KEY, PROMPT, "The night ferry", "Bad Gateway"]) expect(log).not.toContain(secret);
  expect(log).not.toMatch(/unhandled|uncaught|the engine failed|MaxListenersExceeded/iu);
}
