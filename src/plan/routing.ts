/** Finds the routes of a call: the request's own where it names some and may, else the workload's. Pure. */

import { RequestRouting, type Workload } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { ErrorReason } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import type { Routing } from "../../gen/ts/understudy/v1/routing_pb.ts";
import { CallRefused } from "../call/refusal.ts";

/** Where a call's routes come from. */
export interface RoutingSources {
  readonly workload: Workload | undefined;
  readonly requested: Routing | undefined;
  readonly allowed: RequestRouting;
}

/** Names of the routes of a call, the primary first. */
export function resolveRouteNames({ workload, requested, allowed }: RoutingSources): string[] {
  const named = requested === undefined ? [] : [...primaryOf(requested), ...requested.backups];
  if (requested !== undefined) checkAllowed(named, allowed);
  if (requested?.primary !== undefined) return named;
  if (workload === undefined) return [];
  return [workload.primary, ...(named.length > 0 ? named : workload.backups)];
}

/** Whether a name means a model of a provider and not a configured route. */
function isModelReference(name: string): boolean {
  return name.includes("/");
}

function primaryOf({ primary }: Routing): string[] {
  return primary === undefined ? [] : [primary];
}

function checkAllowed(names: readonly string[], allowed: RequestRouting): void {
  if (allowed === RequestRouting.ANY) return;
  if (allowed === RequestRouting.NONE) {
    throw notAllowed("requests may not name routes here: leave `routing` out, or set `request_routing: configured`");
  }
  const model = names.find(isModelReference);
  if (model === undefined) return;
  throw notAllowed(
    `requests may name configured routes only, not ${model}: the server's \`request_routing\` is \`configured\``,
  );
}

function notAllowed(message: string): CallRefused {
  return new CallRefused({ reason: ErrorReason.NOT_ALLOWED, message });
}
