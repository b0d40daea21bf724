/** Writes what can be named as `model` in OpenAI's form. */

import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { Availability_StateSchema, type Route, type Workload } from "../../../gen/ts/understudy/v1/route_service_pb.ts";
import { enumWord } from "../../call/enum-words.ts";
import { CallRefused } from "../../call/refusal.ts";
import type { DoorCall } from "../door/endpoint.ts";
import { listModels, type NamedModel } from "../door/model-list.ts";

/** One entry of the list. */
export interface Model {
  readonly id: string;
  readonly object: "model";
  /** When the server began to offer it, in seconds since 1970. */
  readonly created: number;
  readonly owned_by: string;
  readonly understudy: object;
}

/** Makes the list of a caller's models. */
export function makeModelList(call: DoorCall, createdS: number): object {
  return { object: "list", data: makeModels(call, createdS) };
}

/** Finds one model. Throws `CallRefused` if the caller has none of this name. */
export function findModel(call: DoorCall, id: string, createdS: number): Model {
  const model = makeModels(call, createdS).find((each) => each.id === id);
  if (model !== undefined) return model;
  const message = "there is no workload and no route of this name; GET /v1/models lists them";
  throw new CallRefused({ reason: ErrorReason.ROUTE_NOT_FOUND, message });
}

function makeModels({ context, exchange }: DoorCall, createdS: number): Model[] {
  return listModels(exchange.generation.services.routes, context).map((named) => describe(named, createdS));
}

function describe(named: NamedModel, createdS: number): Model {
  return named.kind === "workload" ? describeWorkload(named.workload, createdS) : describeRoute(named.route, createdS);
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
  const state = enumWord(Availability_StateSchema, availability?.state ?? 0);
  return { id: name, object: "model", created, owned_by: provider, understudy: { kind: "route", model, state } };
}
