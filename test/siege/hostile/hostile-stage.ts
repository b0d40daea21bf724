/** A gateway with all hostile upstreams: each is the primary of a workload of its own, and has a healthy backup. */

import { startQuickUpstream, startTarget, type Target } from "../start-target.ts";
import { hostileConnections } from "./hostile-connections.ts";
import { hostileDeltas } from "./hostile-deltas.ts";
import { hostileMessages } from "./hostile-messages.ts";
import { answersTwice, hostileResponses } from "./hostile-responses.ts";
import { hostileStreams } from "./hostile-streams.ts";
import { type Hostile, type HostileUpstream, startHostileUpstream } from "./hostile-upstream.ts";

export const hostiles: readonly Hostile[] = [
  ...hostileConnections,
  ...hostileResponses,
  ...hostileStreams,
  ...hostileDeltas,
  ...hostileMessages,
];
const all = [...hostiles, ...answersTwice];

export interface HostileStage {
  readonly target: Target;
  /** The paths that any of them was asked for. */
  readonly askedPaths: () => ReadonlySet<string>;
  stop(): Promise<void>;
}

/** The workload of a hostile upstream. */
export function nameOf({ does }: Hostile): string {
  return does.replaceAll(/[^a-z0-9]+/giu, "-").toLowerCase();
}

/**
 * Starts the upstreams and the gateway, with Node's `flags`. Besides the workloads of the hostile upstreams it has
 * `quick`, which is well, `closed`, where nobody listens at the primary, and `alone`, which has no backup for that.
 */
export async function startHostileStage(flags: readonly string[] = []): Promise<HostileStage> {
  const quick = await startQuickUpstream();
  const upstreams = await Promise.all(all.map(startHostileUpstream));
  const target = await startTarget({
    upstreamUrl: quick.url,
    flags,
    sections: makeSections(quick.url, upstreams),
  });
  return {
    target,
    askedPaths: () => new Set(upstreams.flatMap(({ paths }) => paths)),
    async stop() {
      await target.stop();
      await quick.stop();
      for (const upstream of upstreams) await upstream[Symbol.asyncDispose]();
    },
  };
}

function makeSections(quickUrl: string, upstreams: readonly HostileUpstream[]): object {
  const policy = { first_token_timeout: "2s", stall_timeout: "2s", silence_timeout: "2s", min_tokens_per_s: 0 };
  return {
    providers: {
      quick: { platform: "compatible", dialect: "openai-chat", endpoint: `${quickUrl}/v1` },
      closed: { platform: "compatible", dialect: "openai-chat", endpoint: "http://127.0.0.1:1/v1" },
      ...named(({ dialect = "openai-chat" }, index) => ({
        platform: "compatible",
        dialect,
        endpoint: `${upstreams[index]?.url}${dialect === "openai-chat" ? "/v1" : ""}`,
      })),
    },
    routes: {
      quick: { provider: "quick", model: "quick" },
      closed: { provider: "closed", model: "closed" },
      ...named((hostile) => ({ provider: nameOf(hostile), model: "hostile" })),
    },
    workloads: {
      quick: { primary: "quick" },
      closed: { primary: "closed", backups: ["quick"], policy },
      alone: { primary: "closed", policy },
      ...named((hostile) => ({ primary: nameOf(hostile), backups: ["quick"], policy })),
    },
  };
}

/** Something for each hostile upstream, by its name. */
function named<T>(make: (hostile: Hostile, index: number) => T): Record<string, T> {
  return Object.fromEntries(all.map((hostile, index) => [nameOf(hostile), make(hostile, index)]));
}
