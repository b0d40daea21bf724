/** Says what differs between two configurations, a line each, without a key or a value. */

import { create, type DescMessage, equals, type Message, toJson } from "@bufbuild/protobuf";
import {
  CallerSchema,
  LogSchema,
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

/** What is in force from now on, and was not before. */
export function describeChanges(before: Setup, after: Setup): string[] {
  const [one, other] = [before.loaded.config, after.loaded.config];
  const fields = changedServerFields(one.server, other.server).filter((field) => !READ_ONCE.has(field));
  return [
    ...MAPS.flatMap(([map, kind, schema]) => compareMaps(kind, schema, one[map], other[map])),
    ...SCALARS.filter(([field]) => one[field] !== other[field]).map(([, name]) => `${name}: changed`),
    ...fields.filter((field) => field !== "tls" || !turnsTls(before, after)).map((field) => `server.${field}: changed`),
    ...(equals(LogSchema, one.log ?? create(LogSchema), other.log ?? create(LogSchema)) ? [] : ["log: changed"]),
    ...compareApprovals(before, after),
    ...(isRenewed(before, after) ? ["server.tls: certificate renewed"] : []),
  ];
}

/** What differs from the configuration that the port was opened with, and comes to effect when the process starts again. */
export function describeRestart(opened: Setup, now: Setup): string[] {
  const fields = changedServerFields(opened.loaded.config.server, now.loaded.config.server);
  return fields
    .filter((field) => READ_ONCE.has(field) || (field === "tls" && turnsTls(opened, now)))
    .map((field) => `server.${field}`);
}

function turnsTls(before: Setup, after: Setup): boolean {
  return (before.tls === undefined) !== (after.tls === undefined);
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
