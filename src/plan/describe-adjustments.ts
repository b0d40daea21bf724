/** Tells what each route would leave out of a request or change. */

import { create } from "@bufbuild/protobuf";
import type { Config } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { CompleteRequestSchema, Verbosity } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import type { Route } from "../call/route.ts";

/** A request that sets everything that can go. */
const EVERYTHING = create(CompleteRequestSchema, {
  temperature: 0.5,
  topP: 0.5,
  seed: 1n,
  frequencyPenalty: 1,
  presencePenalty: 1,
  verbosity: Verbosity.LOW,
  serviceTier: "any",
  promptCacheKey: "any",
  toolChoice: { parallelCalls: true },
});

/** One line for each configured route that does not take every field. */
export function describeAdjustments(
  { routes }: Config,
  adjustmentsOf: (route: string) => Route["adjustmentsFor"],
): string[] {
  return Object.keys(routes).flatMap((name) => {
    const fields = adjustmentsOf(name)(EVERYTHING).map(({ field }) => field);
    return fields.length === 0 ? [] : [`route ${name} is asked without ${[...new Set(fields)].join(", ")}`];
  });
}
