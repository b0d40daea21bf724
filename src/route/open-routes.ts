/** Opens the routes of a configuration: each with its upstream, its prices and its protections. */

import { create } from "@bufbuild/protobuf";
import {
  type Config,
  type Provider,
  type Route as RouteConfig,
  RouteSchema,
} from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { findRoute } from "../config/route-reference.ts";
import { createUpstream } from "../provider/create-upstream.ts";
import { createPricing } from "../provider/prices.ts";
import { resolveSettings } from "../provider/settings.ts";
import { createRoute } from "./create-route.ts";
import { createRouteTable, type RouteMaker, type RouteTable } from "./route-table.ts";

function makeRouteMaker(
  name: string,
  providerName: string,
  provider: Provider,
  route: RouteConfig,
  random: () => number,
): RouteMaker {
  const settings = resolveSettings(providerName, provider, route);
  const { platform, dialect, model, apiVersion, dialectVersion, capabilities, pings } = settings;
  return (onChange) => {
    const { upstream, close } = createUpstream(settings);
    return createRoute({
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
      closeUpstream: () => void close(),
      cost: createPricing(settings, route.prices),
      maxConcurrency: route.maxConcurrency,
      random,
      onChange,
    });
  };
}

/** Opens the configured routes, and lets the table open those that requests name. `random` gives 0 to below 1. */
export function openRoutes(config: Config, random: () => number): RouteTable {
  const configured = new Map<string, RouteMaker>();
  for (const [name, route] of Object.entries(config.routes)) {
    const provider = config.providers[route.provider];
    if (provider !== undefined) configured.set(name, makeRouteMaker(name, route.provider, provider, route, random));
  }
  return createRouteTable({
    configured,
    onDemand: (providerName, model) => {
      const name = `${providerName}/${model}`;
      const found = findRoute(config, name);
      if (found.kind !== "provider-model") return undefined;
      return makeRouteMaker(
        name,
        providerName,
        found.provider,
        create(RouteSchema, { provider: providerName, model }),
        random,
      );
    },
  });
}
