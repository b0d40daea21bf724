/** What a route can carry: what is known of its model, which the route's configuration replaces field by field. */

import { create } from "@bufbuild/protobuf";
import {
  Continuation as ConfigContinuation,
  Thinking as ConfigThinking,
  type Route,
} from "../../gen/ts/understudy/config/v1/config_pb.ts";
import {
  type Capabilities,
  CapabilitiesSchema,
  Continuation,
  Thinking,
} from "../../gen/ts/understudy/v1/route_service_pb.ts";
import type { ModelTraits } from "../vendor/model-traits.ts";

const CONFIGURED_CONTINUATION: Readonly<Record<number, Continuation>> = {
  [ConfigContinuation.PREFILL]: Continuation.PREFILL,
  [ConfigContinuation.INSTRUCT]: Continuation.INSTRUCT,
  [ConfigContinuation.NONE]: Continuation.NONE,
};

const CONFIGURED_THINKING: Readonly<Record<number, Thinking>> = {
  [ConfigThinking.NEVER]: Thinking.NEVER,
  [ConfigThinking.ON_REQUEST]: Thinking.ON_REQUEST,
  [ConfigThinking.BY_DEFAULT]: Thinking.BY_DEFAULT,
  [ConfigThinking.ALWAYS]: Thinking.ALWAYS,
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
    thinking: CONFIGURED_THINKING[route.thinking] ?? traits.thinking,
    ...(contextWindowTokens !== undefined && { contextWindowTokens }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
  });
}
