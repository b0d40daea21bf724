import { create } from "@bufbuild/protobuf";
import { CostSchema } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import { CapabilitiesSchema } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import { createRoute, type RouteOptions } from "../../src/route/create-route.ts";
import type { ProtectedRoute } from "../../src/route/protected-route.ts";

/** Creates a route whose upstream says nothing, without jitter. */
export function standbyRoute(options: Partial<RouteOptions> = {}): ProtectedRoute {
  return createRoute({
    name: "claude-direct",
    provider: "anthropic",
    platform: "anthropic",
    dialect: "anthropic-messages",
    model: "claude-sonnet-5",
    apiVersion: "2023-06-01",
    dialectVersion: "anthropic-messages@2023-06-01",
    capabilities: create(CapabilitiesSchema, { tools: true }),
    pings: true,
    upstream: async function* () {},
    closeUpstream: () => undefined,
    cost: () => create(CostSchema),
    maxConcurrency: undefined,
    random: () => 0.5,
    onChange: () => undefined,
    onTransition: () => undefined,
    ...options,
  });
}
