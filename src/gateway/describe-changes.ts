/** Says what differs between two configurations, a line each, without a key or a value. */

import { create, type DescMessage, equals, type Message, toJson } from "@bufbuild/protobuf";
import {
  CallerSchema,
  ProviderSchema,
  RouteSchema,
  SampleSetSchema,
  type Server,
  ServerSchema,
  WorkloadSchema,
} from "../../gen/ts/understudy/config/v1/config_pb.ts";
import type { GrantedApproval } from "../config/parse-approval.ts";
import type { Setup } from "./setup.ts";

/** The maps of a configuration, and what an entry of each is called. */
const MAPS = [
  ["providers", "provider", ProviderSchema],
  ["routes", "route", RouteSchema],
  ["workloads", "workload", WorkloadSchema],
  ["callers", "caller", CallerSchema],
  ["sampleSets", "sample set", SampleSetSchema],
] as const;

const SCALARS = [
  ["requestRouting", "request_routing"],
  ["continuationInstruction", "continuation_instruction"],
  ["requireApproval", "require_approval"],
  ["approvals", "approvals"],
] as const;

/** Fields of `server` that are read once, when the port opens. */
const READ_ONCE: ReadonlySet<string> = new Set(["listen", "max_streams_per_connection"]);

export interface SetupChanges {
  /** What is in force from now on. */
  readonly changes: string[];
  /** What comes to effect only when the process starts again. */
  readonly restartNeeded: string[];
}

/** Compares two setups. */
export function describeChanges(before: Setup, after: Setup): SetupChanges {
  const [one, other] = [before.loaded.config, after.loaded.config];
  const fields = changedServerFields(one.server, other.server);
  const turnsTls = (before.tls === undefined) !== (after.tls === undefined);
  return {
    changes: [
      ...MAPS.flatMap(([map, kind, schema]) => compareMaps(kind, schema, one[map], other[map])),
      ...SCALARS.filter(([field]) => one[field] !== other[field]).map(([, name]) => `${name}: changed`),
      ...fields.filter((field) => !READ_ONCE.has(field) && field !== "tls").map((field) => `server.${field}: changed`),
      ...compareApprovals(before, after),
      ...(!turnsTls && isRenewed(before, after) ? ["server.tls: certificate renewed"] : []),
    ],
    restartNeeded: [
      ...fields.filter((field) => READ_ONCE.has(field)).map((field) => `server.${field}`),
      ...(turnsTls ? ["server.tls"] : []),
    ],
  };
}

type Entries = Readonly<Record<string, Message>>;

function compareMaps(kind: string, schema: DescMessage, before: Entries, after: Entries): string[] {
  return compareNamed(kind, before, after, (one, other) => equals(schema, one, other));
}

function compareApprovals(before: Setup, after: Setup): string[] {
  return compareNamed(
    "approval",
    nameApprovals(before),
    nameApprovals(after),
    (one, other) => one.expiresAtMs === other.expiresAtMs && one.shapeSha256 === other.shapeSha256,
  );
}

function nameApprovals({ granted }: Setup): Record<string, GrantedApproval> {
  return Object.fromEntries(granted.map((approval) => [`of ${approval.route} for ${approval.workload}`, approval]));
}

function compareNamed<Value>(
  kind: string,
  before: Readonly<Record<string, Value>>,
  after: Readonly<Record<string, Value>>,
  alike: (one: Value, other: Value) => boolean,
): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) => {
    const [one, other] = [before[name], after[name]];
    if (one === undefined) return `${kind} ${name}: added`;
    if (other === undefined) return `${kind} ${name}: removed`;
    return alike(one, other) ? [] : `${kind} ${name}: changed`;
  });
}

function changedServerFields(before: Server | undefined, after: Server | undefined): string[] {
  const [one, other] = [before, after].map((server) => fieldsOf(server ?? create(ServerSchema)));
  return ServerSchema.fields.map(({ name }) => name).filter((name) => one?.get(name) !== other?.get(name));
}

/** The fields that are set, each as JSON text, by their names. */
function fieldsOf(server: Server): Map<string, string> {
  const json = toJson(ServerSchema, server, { useProtoFieldName: true });
  return new Map(Object.entries(json ?? {}).map(([name, value]) => [name, JSON.stringify(value)]));
}

function isRenewed({ tls: one }: Setup, { tls: other }: Setup): boolean {
  if (one === undefined || other === undefined) return false;
  return !one.cert.equals(other.cert) || !one.key.equals(other.key);
}
