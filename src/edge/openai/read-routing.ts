/** Reads which workload or routes a chat asks for, by the names that users know. */

import { create, fromJsonString, type Registry } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";

import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { type Routing, RoutingSchema } from "../../../gen/ts/understudy/v1/routing_pb.ts";
import { CallRefused } from "../../call/refusal.ts";
import type { JsonFields } from "../door/json-fields.ts";
import { explainError } from "../rpc/explain-error.ts";
import { stringifyField } from "./stringify-field.ts";

/** Longest part of an unknown name that is repeated, in characters. */
const MAX_NAME_CHARACTERS = 128;

/** Where a chat goes. */
export interface Destination {
  /** Empty if the chat names a route. */
  readonly workload: string;
  readonly routing: Routing | undefined;
}

/** What a name means: see `ModelNames`. */
export type KindOf = (name: string) => "workload" | "route" | "reference" | "unknown";

/**
 * Reads `model`, `models`, `fallbacks` and `routing`. Throws `CallRefused` if the model is not configured; its
 * backups are looked for by the plan.
 */
export function readRouting(chat: JsonFields, kindOf: KindOf, registry: Registry): Destination {
  const [first, ...others] = [...readModel(chat), ...chat.strings("models"), ...readFallbacks(chat)];
  const routing = readOwn(chat, registry);
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

function nameKind(name: string, kindOf: KindOf): "workload" | "route" | "reference" {
  const kind = kindOf(name);
  if (kind !== "unknown") return kind;
  const shown = name.slice(0, MAX_NAME_CHARACTERS).toWellFormed();
  const message = `model ${shown} is neither a workload nor a route of this server; GET /v1/models lists them`;
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
function readOwn(chat: JsonFields, registry: Registry): Routing | undefined {
  const json = stringifyField(chat, "routing");
  if (json === undefined) return undefined;
  try {
    return fromJsonString(RoutingSchema, json);
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    const { violations = [], message: cause } = explainError(new ConnectError(message, Code.InvalidArgument), registry);
    for (const { field, description } of violations)
      chat.refuse(`routing.${field}`, description, "see the API's Routing");
    if (violations.length === 0) chat.refuse("routing", "cannot be read", cause);
    return undefined;
  }
}
