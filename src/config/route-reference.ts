/** Finds what a route's name stands for: a configured route, or a model of a provider. */

import type { Config, Provider, Route } from "../../gen/ts/understudy/config/v1/config_pb.ts";

/** What a name stands for, or why it stands for nothing. */
export type RouteReference =
  | { readonly kind: "configured"; readonly route: Route }
  | {
      readonly kind: "provider-model";
      readonly providerName: string;
      readonly provider: Provider;
      readonly model: string;
    }
  | { readonly kind: "unknown-route" }
  | { readonly kind: "unknown-provider"; readonly providerName: string }
  | { readonly kind: "model-not-allowed"; readonly providerName: string; readonly model: string };

/** Looks a route up by its configured name or as `provider/model`, split at the first slash. */
export function findRoute(config: Config, name: string): RouteReference {
  const slash = name.indexOf("/");
  if (slash === -1) {
    const route = own(config.routes, name);
    return route === undefined ? { kind: "unknown-route" } : { kind: "configured", route };
  }
  const providerName = name.slice(0, slash);
  const model = name.slice(slash + 1);
  const provider = own(config.providers, providerName);
  if (provider === undefined) return { kind: "unknown-provider", providerName };
  if (!isModelAllowed(provider, model)) return { kind: "model-not-allowed", providerName, model };
  return { kind: "provider-model", providerName, provider, model };
}

function isModelAllowed(provider: Provider, model: string): boolean {
  return (
    model !== "" &&
    provider.allowModels.some((pattern) =>
      pattern.endsWith("*") ? model.startsWith(pattern.slice(0, -1)) : model === pattern,
    )
  );
}

/** An entry of a map that names from outside look into: `constructor` is no entry. */
function own<Value>(map: { readonly [name: string]: Value }, name: string): Value | undefined {
  return Object.hasOwn(map, name) ? map[name] : undefined;
}
