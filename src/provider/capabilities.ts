/** What a route can carry: what is known of its model, which the route's configuration replaces field by field. */

import { create } from "@bufbuild/protobuf";
import { Continuation as ConfigContinuation, type Route } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { type Capabilities, CapabilitiesSchema, Continuation } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import type { ModelTraits } from "../vendor/model-traits.ts";

const CONFIGURED_CONTINUATION: Readonly<Record<number, Continuation>> = {
  [ConfigContinuation.PREFILL]: Continuation.PREFILL,
  [ConfigContinuation.INSTRUCT]: Continuation.INSTRUCT,
  [ConfigContinuation.NONE]: Continuation.NONE,
};

/** What a route can carry. `takesSampling` tells whether its API version does; `route` replaces what it names. */
export function makeCapabilities(traits: ModelTraits, takesSampling: boolean, route: Route): Capabilities {
  const own = route.capabilities;
  const contextWindowTokens = own?.contextWindowTokens ?? traits.contextWindowTokens;
  const maxOutputTokens = own?.maxOutputTokens ?? traits.maxOutputTokens;
  return create(CapabilitiesSchema, {
    tools: own?.tools ?? traits.tools,
    images: own?.images ?? traits.images,
    jsonSchema: own?.jsonSchema ?? traits.jsonSchema,
    reasoning: own?.reasoning ?? traits.reasoningForm !== "none",
    temperature: own?.temperature ?? (traits.temperature && takesSampling),
    continuation: CONFIGURED_CONTINUATION[route.continuation] ?? traits.continuation,
    ...(contextWindowTokens !== undefined && { contextWindowTokens }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
  });
}
