/** Finds everything that the provider layer must know of a named route. */

import { create } from "@bufbuild/protobuf";
import { type Config, RouteSchema } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { findRoute } from "../config/route-reference.ts";
import { type RouteSettings, resolveSettings } from "../provider/settings.ts";

/** Settings of a configured route or of an allowed `provider/model`; undefined if the name stands for nothing. */
export function findSettings(config: Config, name: string): RouteSettings | undefined {
  const found = findRoute(config, name);
  switch (found.kind) {
    case "configured": {
      const provider = config.providers[found.route.provider];
      return provider && resolveSettings(found.route.provider, provider, found.route);
    }
    case "provider-model": {
      const { providerName, provider, model } = found;
      return resolveSettings(providerName, provider, create(RouteSchema, { provider: providerName, model }));
    }
    case "unknown-route":
    case "unknown-provider":
    case "model-not-allowed":
      return undefined;
  }
}
