/** Opens a real route, with its breaker, rests and cap, on a simulated upstream. */

import { create } from "@bufbuild/protobuf";
import { CostSchema, CostSource } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import { CapabilitiesSchema, Continuation } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import type { Upstream } from "../../src/call/upstream.ts";
import { createRoute } from "../../src/route/create-route.ts";
import type { ProtectedRoute } from "../../src/route/protected-route.ts";

export interface OpenRouteOptions {
  readonly name: string;
  readonly upstream: Upstream;
  readonly random: () => number;
  readonly maxConcurrency?: number | undefined;
  readonly pings?: boolean;
  readonly continuation?: Continuation;
  readonly dialect?: number;
  readonly onChange?: () => void;
}

/** Opens a route in service. */
export function openRoute(options: OpenRouteOptions): ProtectedRoute {
  const { name, upstream, random, continuation = Continuation.INSTRUCT, dialect = 0 } = options;
  return createRoute({
    name,
    provider: "provider",
    platform: "compatible",
    dialect: "openai-chat",
    model: `${name}-model`,
    apiVersion: "",
    dialectVersion: `dialect/${dialect}`,
    capabilities: create(CapabilitiesSchema, { tools: true, jsonSchema: true, reasoning: true, continuation }),
    pings: options.pings ?? false,
    upstream,
    closeUpstream: () => undefined,
    cost: () => create(CostSchema, { source: CostSource.REPORTED, microUsd: 3n }),
    maxConcurrency: options.maxConcurrency,
    random,
    onChange: options.onChange ?? (() => undefined),
    onTransition: () => undefined,
  });
}
