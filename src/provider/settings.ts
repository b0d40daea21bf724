/** Everything that the provider layer must know of a route, from its configuration. */

import {
  Dialect,
  Platform,
  PrefillForm,
  type Provider,
  type Route,
} from "../../gen/ts/understudy/config/v1/config_pb.ts";
import type { Capabilities } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import { findModelTraits, makeCapabilities, type ReasoningForm } from "./capabilities.ts";
import { anthropicPlatform } from "./platform/anthropic.ts";
import { azurePlatform } from "./platform/azure.ts";
import { compatiblePlatform } from "./platform/compatible.ts";
import { openaiPlatform } from "./platform/openai.ts";
import type { DialectName, PlatformName, PlatformRules } from "./platform/platform-rules.ts";

/** A route as its upstream needs it. */
export interface RouteSettings {
  readonly platform: PlatformName;
  readonly dialect: DialectName;
  /** Where requests go. */
  readonly url: URL;
  /** Headers of each request, keys included, by lower-case name. Never logged. */
  readonly headers: Readonly<Record<string, string>>;
  /** API version that is asked for; empty if the dialect has none. */
  readonly apiVersion: string;
  /** Dialect and API version in one: routes that share it take the same requests. */
  readonly dialectVersion: string;
  readonly model: string;
  readonly capabilities: Capabilities;
  readonly reasoningForm: ReasoningForm;
  readonly prefillForm: PrefillForm;
  /** Whether the upstream sends signs of life while it thinks. */
  readonly pings: boolean;
}

const PLATFORMS: Readonly<Record<number, PlatformRules>> = {
  [Platform.ANTHROPIC]: anthropicPlatform,
  [Platform.OPENAI]: openaiPlatform,
  [Platform.AZURE]: azurePlatform,
  [Platform.COMPATIBLE]: compatiblePlatform,
};

/** API version that is asked for if the configuration names none. */
const DEFAULT_API_VERSION: Readonly<Record<DialectName, string>> = {
  "anthropic-messages": "2023-06-01",
  "openai-chat": "",
};

/** Headers that configuration cannot replace: they follow from the request itself. */
const OWN_HEADERS: ReadonlySet<string> = new Set(["accept-encoding", "content-length", "content-type", "host"]);

/** Resolves a route. Throws if the provider has no platform, dialect or endpoint, which the configuration check refuses. */
export function resolveSettings(providerName: string, provider: Provider, route: Route): RouteSettings {
  const platform = PLATFORMS[provider.platform];
  if (platform === undefined) throw new Error(`provider ${providerName} cannot be used: it has no platform`);
  const dialect = dialectOf(provider.dialect) ?? platform.ownDialect;
  if (dialect === undefined) throw new Error(`provider ${providerName} cannot be used: it has no dialect`);
  const endpoint = provider.endpoint === "" ? platform.defaultEndpoint : provider.endpoint;
  if (endpoint === undefined) throw new Error(`provider ${providerName} cannot be used: it has no endpoint`);

  const apiVersion = route.apiVersion || provider.apiVersion || DEFAULT_API_VERSION[dialect];
  const traits = findModelTraits(dialect, route.model);
  return {
    platform: platform.name,
    dialect,
    url: new URL(platform.makeUrl({ endpoint: endpoint.replace(/\/+$/, ""), dialect, model: route.model, apiVersion })),
    headers: makeHeaders(platform, dialect, apiVersion, provider),
    apiVersion,
    dialectVersion: apiVersion === "" ? dialect : `${dialect} ${apiVersion}`,
    model: route.model,
    capabilities: makeCapabilities(dialect, apiVersion, traits, route),
    reasoningForm: traits.reasoningForm,
    prefillForm: route.prefillForm === PrefillForm.UNSPECIFIED ? PrefillForm.ASSISTANT_TURN : route.prefillForm,
    pings: route.pings ?? dialect === "anthropic-messages",
  };
}

function makeHeaders(
  platform: PlatformRules,
  dialect: DialectName,
  apiVersion: string,
  provider: Provider,
): Record<string, string> {
  const headers: Record<string, string> = { accept: "text/event-stream", "user-agent": "understudy" };
  if (dialect === "anthropic-messages") headers["anthropic-version"] = apiVersion;
  if (provider.apiKey !== "") Object.assign(headers, platform.makeAuthHeaders(dialect, provider.apiKey));
  for (const [name, value] of Object.entries(provider.headers)) {
    const key = name.toLowerCase();
    if (!OWN_HEADERS.has(key)) headers[key] = value;
  }
  return headers;
}

function dialectOf(dialect: Dialect): DialectName | undefined {
  if (dialect === Dialect.OPENAI_CHAT) return "openai-chat";
  return dialect === Dialect.ANTHROPIC_MESSAGES ? "anthropic-messages" : undefined;
}
