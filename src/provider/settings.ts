/** Everything that the provider layer must know of a route, from its configuration. */

import { PrefillForm, type Provider, type Route } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import type { ReasoningOptions_Effort as Effort } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import type { Capabilities } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import { findVendor, findVendorOfHost } from "../vendor/find-vendor.ts";
import { findModelTraits, type ModelTraits, type ReasoningForm } from "../vendor/model-traits.ts";
import { providerDialect } from "../vendor/provider-dialect.ts";
import { type RequestRules, resolveRules } from "../vendor/request-rules.ts";
import type { DialectName, VendorDialect } from "../vendor/vendor.ts";
import { makeCapabilities } from "./capabilities.ts";
import { makeOpaqueOwner, type OpaqueOwner } from "./opaque.ts";

/** A route as its upstream needs it. */
export interface RouteSettings {
  /** Name of the vendor. */
  readonly platform: string;
  /** The vendor's list in the table of prices; undefined if the host tells. */
  readonly priceList: string | undefined;
  readonly dialect: DialectName;
  /** The dialect as the vendor speaks it. */
  readonly vendorDialect: VendorDialect;
  /** Where requests go. */
  readonly url: URL;
  /** Headers of each request, by lower-case name, without those of the credential. Never logged. */
  readonly headers: Readonly<Record<string, string>>;
  /** API version that is asked for; empty if the dialect has none. */
  readonly apiVersion: string;
  /** Dialect and API version in one: routes that share it take the same requests. */
  readonly dialectVersion: string;
  readonly model: string;
  readonly capabilities: Capabilities;
  readonly reasoningForm: ReasoningForm;
  readonly leastEffort: ModelTraits["leastEffort"];
  readonly prefillForm: PrefillForm;
  /** Whose opaque strings its own are. */
  readonly opaqueOwner: OpaqueOwner;
  /** Whether a key helps the upstream to find what it kept of a conversation. */
  readonly cachesByKey: boolean;
  /** Where the gateway marks what Claude may keep: once for the whole request, or at its blocks. */
  readonly cacheMark: VendorDialect["cacheMark"];
  /** What the upstream takes of a request. */
  readonly rules: RequestRules;
  /** The efforts of reasoning that the model knows; empty if any may be sent. */
  readonly efforts: readonly Effort[];
  /** Whether the upstream sends signs of life while it thinks. */
  readonly pings: boolean;
}

/** Headers that configuration cannot replace: they follow from the request itself. */
const OWN_HEADERS: ReadonlySet<string> = new Set(["accept-encoding", "content-length", "content-type", "host"]);

/** Resolves a route. Throws if the provider has no platform, dialect or endpoint, which the configuration check refuses. */
export function resolveSettings(providerName: string, provider: Provider, route: Route): RouteSettings {
  const vendor = findVendor(provider.platform);
  if (vendor === undefined) throw new Error(`provider ${providerName} cannot be used: it has no platform`);
  const dialect = providerDialect(provider);
  const vendorDialect = dialect === undefined ? undefined : vendor.dialects[dialect];
  if (dialect === undefined || vendorDialect === undefined) {
    throw new Error(`provider ${providerName} cannot be used: it has no dialect`);
  }
  const endpoint = provider.endpoint || vendor.defaultEndpoint;
  if (endpoint === undefined) throw new Error(`provider ${providerName} cannot be used: it has no endpoint`);

  const { model } = route;
  // A server of a known vendor keeps its rules, whatever it is configured as.
  const knownDialect = findVendorOfHost(new URL(endpoint).hostname)?.dialects[dialect] ?? vendorDialect;
  const apiVersion = route.apiVersion || provider.apiVersion || vendorDialect.defaultApiVersion;
  const traits = findModelTraits(vendorDialect.models, model);
  return {
    platform: vendor.name,
    priceList: vendor.priceList,
    dialect,
    vendorDialect,
    url: new URL(vendorDialect.makeUrl({ endpoint: endpoint.replace(/\/+$/, ""), model, apiVersion })),
    headers: makeHeaders(vendorDialect, apiVersion, provider),
    apiVersion,
    dialectVersion: apiVersion === "" ? dialect : `${dialect} ${apiVersion}`,
    model,
    capabilities: makeCapabilities(traits, takesSampling(vendorDialect, apiVersion), route),
    reasoningForm: traits.reasoningForm,
    leastEffort: traits.leastEffort,
    rules: resolveRules(knownDialect.rules, knownDialect.families, model),
    efforts: traits.efforts,
    opaqueOwner: makeOpaqueOwner(dialect, route.modelFamily || model, new URL(endpoint).host),
    cachesByKey: knownDialect.cachesByKey,
    cacheMark: knownDialect.cacheMark,
    prefillForm: route.prefillForm === PrefillForm.UNSPECIFIED ? PrefillForm.ASSISTANT_TURN : route.prefillForm,
    pings: route.pings ?? vendorDialect.pings,
  };
}

function takesSampling({ samplingEndsAt }: VendorDialect, apiVersion: string): boolean {
  return samplingEndsAt === undefined || apiVersion < samplingEndsAt;
}

function makeHeaders({ versionHeader }: VendorDialect, apiVersion: string, provider: Provider): Record<string, string> {
  const headers: Record<string, string> = { accept: "text/event-stream", "user-agent": "understudy" };
  if (versionHeader !== undefined) headers[versionHeader] = apiVersion;
  for (const [name, value] of Object.entries(provider.headers)) {
    const key = name.toLowerCase();
    if (!OWN_HEADERS.has(key)) headers[key] = value;
  }
  return headers;
}
