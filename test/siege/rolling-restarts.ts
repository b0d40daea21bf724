/** Restarts three replicas behind a balancer, one after the other, while clients ask. */

import { setTimeout as sleep } from "node:timers/promises";

import { createClients } from "./balanced-clients.ts";
import { quantile } from "./keyed-probe.ts";
import { type BalancerName, findPort, startBalancer } from "./start-balancer.ts";
import { startTarget, type Target } from "./start-target.ts";
import { STEADY_TEXT, startSteadyUpstream } from "./steady-upstream.ts";

const REPLICA_COUNT = 3;
/** Calls of each client, a second. */
const RATE = 5;
/** How long a replica serves after the sign to stop: several checks of the balancer's. */
const LAME_DUCK = "2s";
/** From the start of a replica until the balancer has seen it, in milliseconds. */
const SEEN_MS = 1_500;

/** What became of the calls of one client. */
export interface ClientResult {
  readonly name: string;
  readonly count: number;
  readonly failures: readonly string[];
  /** Sorted. */
  readonly latenciesMs: readonly number[];
}

export interface RollResult {
  readonly restartCount: number;
  readonly clients: readonly ClientResult[];
}

/** Goes on for `forMs` milliseconds and until every replica was restarted. */
export async function rollRestarts(balancerName: BalancerName, forMs: number): Promise<RollResult> {
  await using stack = new AsyncDisposableStack();
  const upstream = await startSteadyUpstream({ paceMs: 60 });
  stack.defer(() => upstream.stop());
  const replicas: Target[] = [];
  stack.defer(async () => void (await Promise.all(replicas.map((replica) => replica.stop()))));
  const start = (port: number): Promise<Target> =>
    startTarget({
      upstreamUrl: upstream.url,
      listen: `127.0.0.1:${port}`,
      sections: { server: { lame_duck: LAME_DUCK } },
    });
  for (let index = 0; index < REPLICA_COUNT; index += 1) replicas.push(await start(await findPort()));
  const balancer = await startBalancer(
    balancerName,
    replicas.map(({ port }) => port),
  );
  stack.defer(() => balancer.stop());
  await sleep(SEEN_MS);

  const over = new AbortController();
  const asking = Promise.all(createClients(balancer).map(({ name, ask }) => askSteadily(name, ask, over.signal)));
  const endsAtMs = performance.now() + forMs;
  let restartCount = 0;
  while (performance.now() < endsAtMs || restartCount < REPLICA_COUNT) {
    const index = restartCount % REPLICA_COUNT;
    const replica = replicas[index];
    if (replica === undefined) throw new Error("a replica is missing");
    replica.child.kill("SIGTERM");
    await replica.ended;
    replicas[index] = await start(replica.port);
    restartCount += 1;
    await sleep(SEEN_MS);
  }
  over.abort();
  return { restartCount, clients: await asking };
}

/** Asks at a steady rate until the signal, and checks every text. */
async function askSteadily(name: string, ask: () => Promise<string>, signal: AbortSignal): Promise<ClientResult> {
  const failures: string[] = [];
  const latenciesMs: number[] = [];
  const calls: Promise<void>[] = [];
  const askOnce = async (): Promise<void> => {
    const beganMs = performance.now();
    try {
      const text = await ask();
      if (text === STEADY_TEXT) latenciesMs.push(performance.now() - beganMs);
      else failures.push(`another text: ${text}`);
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
  };
  while (!signal.aborted) {
    calls.push(askOnce());
    await sleep(1_000 / RATE);
  }
  await Promise.all(calls);
  return { name, count: calls.length, failures, latenciesMs: latenciesMs.toSorted((a, b) => a - b) };
}

/** The table of a result. */
export function describeRoll({ restartCount, clients }: RollResult): string {
  const rows = clients.map(({ name, count, failures, latenciesMs }) => {
    const times = [0.5, 0.99].map((share) => `${Math.round(quantile(latenciesMs, share))} ms`);
    const reasons = [...new Set(failures)].slice(0, 3).map((reason) => `\n    ${reason}`);
    return `${name.padEnd(24)} ${count} calls, ${failures.length} failed, p50 ${times[0]}, p99 ${times[1]}${reasons.join("")}`;
  });
  return [`${restartCount} restarts`, ...rows].join("\n");
}
