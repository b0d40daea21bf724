/** Says how to make the routes of a configuration: each with its upstream, its prices and its protections. */

import { createHash } from "node:crypto";
import { create, toBinary } from "@bufbuild/protobuf";
import {
  type Config,
  type Provider,
  ProviderSchema,
  type Route as RouteConfig,
  RouteSchema,
} from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { findRoute } from "../config/route-reference.ts";
import { Credentials } from "../provider/auth/credentials.ts";
import { createUpstream } from "../provider/create-upstream.ts";
import { findAdjustments } from "../provider/fit/fit-request.ts";
import { createPricing } from "../provider/prices.ts";
import { resolveSettings } from "../provider/settings.ts";
import { createRoute } from "./create-route.ts";
import type { RouteDefinition, RouteDefinitions } from "./route-set.ts";

/** What all routes of a configuration share. */
interface SharedParts {
  readonly credentials: Credentials;
  /** Gives numbers from 0 to below 1. */
  readonly random: () => number;
}

function defineRoute(
  name: string,
  providerName: string,
  provider: Provider,
  route: RouteConfig,
  { credentials, random }: SharedParts,
): RouteDefinition {
  return {
    fingerprint: fingerprintOf(providerName, provider, route),
    make(listeners) {
      const settings = resolveSettings(providerName, provider, route);
      const { platform, dialect, model, apiVersion, dialectVersion, capabilities, pings } = settings;
      const credential = credentials.of(providerName, provider, settings.vendorDialect.auth);
      const { upstream, close } = createUpstream(settings, credential);
      return createRoute({
        ...listeners,
        name,
        provider: providerName,
        platform,
        dialect,
        model,
        apiVersion,
        dialectVersion,
        capabilities,
        pings,
        upstream,
        adjustmentsFor: (request) => findAdjustments(request, settings),
        closeUpstream: () => void close(),
        cost: createPricing(settings, route.prices),
        maxConcurrency: route.maxConcurrency,
        random,
      });
    },
  };
}

/** What a provider allows requests to name does not change its routes. */
function fingerprintOf(providerName: string, provider: Provider, route: RouteConfig): string {
  return createHash("sha256")
    .update(JSON.stringify(providerName))
    .update(toBinary(ProviderSchema, { ...provider, allowModels: [] }))
    .update(toBinary(RouteSchema, route))
    .digest("hex");
}

/** Defines the configured routes, and those that requests may name. `random` gives 0 to below 1. */
export function defineRoutes(config: Config, random: () => number): RouteDefinitions {
  const shared = { credentials: new Credentials(), random };
  const configured = new Map<string, RouteDefinition>();
  for (const [name, route] of Object.entries(config.routes)) {
    const provider = config.providers[route.provider];
    if (provider !== undefined) configured.set(name, defineRoute(name, route.provider, provider, route, shared));
  }
  return {
    configured,
    onDemand: (providerName, model) => {
      const name = `${providerName}/${model}`;
      const found = findRoute(config, name);
      if (found.kind !== "provider-model") return undefined;
      const route = create(RouteSchema, { provider: providerName, model });
      return defineRoute(name, providerName, found.provider, route, shared);
    },
  };
}
