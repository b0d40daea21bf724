/** Lists what can be given as `model`: workloads, and routes. */

import { Availability_StateSchema, type Route, type Workload } from "../../../gen/ts/understudy/v1/route_service_pb.ts";
import type { CallContext } from "../../call/call-context.ts";
import type { ModelNames } from "./model-names.ts";

/** One entry of the list, in OpenAI's form. */
export interface Model {
  readonly id: string;
  readonly object: "model";
  /** When the server began to offer it, in seconds since 1970. */
  readonly created: number;
  readonly owned_by: string;
  readonly understudy: object;
}

/**
 * The models that a caller may name, workloads first. A route with the name of a workload cannot be named as a model.
 */
export function listModels(names: ModelNames, context: CallContext, createdS: number): Model[] {
  const workloads = names.listWorkloads(context);
  const taken = new Set(workloads.map(({ name }) => name));
  const routes = names.listRoutes(context).filter(({ name }) => !taken.has(name));
  return [
    ...workloads.map((workload) => describeWorkload(workload, createdS)),
    ...routes.map((route) => describeRoute(route, createdS)),
  ];
}

function describeWorkload({ name, routing }: Workload, created: number): Model {
  const { primary = "", backups = [] } = routing ?? {};
  return {
    id: name,
    object: "model",
    created,
    owned_by: "understudy",
    understudy: { kind: "workload", primary, backups },
  };
}

function describeRoute({ name, provider, model, availability }: Route, created: number): Model {
  const state = Availability_StateSchema.value[availability?.state ?? 0]?.localName.toLowerCase() ?? "unspecified";
  return { id: name, object: "model", created, owned_by: provider, understudy: { kind: "route", model, state } };
}
