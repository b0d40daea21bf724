/** Reads which workload or routes a chat asks for, by the names that users know. */

import { create, fromJson, type JsonValue } from "@bufbuild/protobuf";

import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { type Routing, RoutingSchema } from "../../../gen/ts/understudy/v1/routing_pb.ts";
import { CallRefused } from "../../call/refusal.ts";
import type { ModelNames } from "../../service/services.ts";
import { findJsonFault } from "../json/find-json-fault.ts";
import type { JsonFields } from "./json-fields.ts";
import { stringifyField } from "./stringify-field.ts";

/** What names of models look like. */
const NAME_FORM = /^[\w.:@/+-]{1,128}$/;

/** Where a chat goes. */
export interface Destination {
  /** Empty if the chat names a route. */
  readonly workload: string;
  readonly routing: Routing | undefined;
}

/** What a name means; undefined if it means nothing. */
export type KindOf = (name: string) => ReturnType<ModelNames["kindOf"]>;

/**
 * Reads `model`, `models`, `fallbacks` and `routing`. Throws `CallRefused` if the model is not configured; its
 * backups are looked for by the plan.
 */
export function readRouting(chat: JsonFields, kindOf: KindOf): Destination {
  const [first, ...others] = [...readModel(chat), ...chat.strings("models"), ...readFallbacks(chat)];
  const routing = readOwn(chat);
  if (first === undefined) {
    if (routing?.primary === undefined && (chat.get("model") ?? "") === "") {
      chat.refuse("model", "is missing", "name a workload or a route");
    }
    return { workload: "", routing };
  }
  const backups = [...new Set(others)].filter((name) => name !== first);
  if (backups.length > 0 && (routing?.backups.length ?? 0) > 0) {
    chat.refuse("routing.backups", "is given beside models or fallbacks", "give the backups once");
  }
  const isWorkload = nameKind(first, kindOf) === "workload";
  if (isWorkload && routing === undefined && backups.length === 0) return { workload: first, routing };
  const whole = routing ?? create(RoutingSchema);
  if (backups.length > 0) whole.backups = backups;
  if (isWorkload) return { workload: first, routing: whole };
  if (whole.primary !== undefined && whole.primary !== first) {
    chat.refuse("routing.primary", "is another route than model", "leave one of the two out");
  }
  whole.primary = first;
  return { workload: "", routing: whole };
}

function nameKind(name: string, kindOf: KindOf): "workload" | "route" {
  const kind = kindOf(name);
  if (kind !== undefined) return kind;
  // What looks like no name is text of the request, and is not repeated.
  const shown = NAME_FORM.test(name) ? `model ${name}` : "the model";
  const message = `${shown} is neither a workload nor a route of this server; GET /v1/models lists them`;
  throw new CallRefused({ reason: ErrorReason.ROUTE_NOT_FOUND, message });
}

function readModel(chat: JsonFields): string[] {
  const model = chat.string("model");
  return model === undefined || model === "" ? [] : [model];
}

/** Names, or objects with a name in `model`. */
function readFallbacks(chat: JsonFields): string[] {
  if (chat.list("fallbacks").every((fallback) => typeof fallback === "string")) return [...chat.strings("fallbacks")];
  return Array.from(chat.objects("fallbacks"), (fallback) => {
    const model = fallback.string("model");
    if (model === undefined) fallback.refuse("model", "is missing", "name a route");
    return model ?? "";
  });
}

/** `routing` in the form that the API itself has. */
function readOwn(chat: JsonFields): Routing | undefined {
  const json = stringifyField(chat, "routing");
  if (json === undefined) return undefined;
  const value: JsonValue = JSON.parse(json);
  const fault = findJsonFault(RoutingSchema, value, "routing");
  if (fault === undefined) return fromJson(RoutingSchema, value);
  return chat.refuseAt(fault);
}
