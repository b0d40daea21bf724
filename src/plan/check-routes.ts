/** Proves at rest what can be proved about the routes of workloads: what a backup cannot do that its primary can. */

import type { Config } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { type Capabilities, Continuation } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import { Switch } from "../../gen/ts/understudy/v1/routing_pb.ts";
import { MAX_ATTEMPTS } from "../config/policy-ranges.ts";

/** Something to think about before an outage. */
export interface Finding {
  /** Path of the value in the configuration: `workloads.summaries.backups[0]`. */
  readonly path: string;
  readonly message: string;
  readonly mend: string;
}

/** What of a route counts here. */
export interface RestingRoute {
  readonly capabilities: Capabilities;
  /** The declared cap; undefined if there is none. */
  readonly maxConcurrency: number | undefined;
}

const ABILITIES = [
  ["tools", "tools"],
  ["images", "images"],
  ["jsonSchema", "answers by JSON schema"],
  ["reasoning", "reasoning effort"],
  ["temperature", "temperature and top_p"],
] as const;

/** Finds what will surprise in an outage. `describe` gives a route by its name. */
export function checkRoutes(config: Config, describe: (name: string) => RestingRoute): Finding[] {
  const perBackup = Object.entries(config.workloads).flatMap(([name, { primary, backups, policy }]) =>
    backups.flatMap((backup, index) => {
      const path = `workloads.${name}.backups[${index}]`;
      const switches = policy?.switch !== Switch.NEVER;
      return checkBackup(path, [primary, describe(primary)], [backup, describe(backup)], switches);
    }),
  );
  return [...perBackup, ...checkReach(config), ...checkCaps(config, describe)];
}

type Named = readonly [name: string, route: RestingRoute];

function checkBackup(
  path: string,
  [primary, { capabilities: has }]: Named,
  [backup, route]: Named,
  switches: boolean,
): Finding[] {
  const { capabilities } = route;
  const findings: Finding[] = ABILITIES.filter(([ability]) => has[ability] && !capabilities[ability]).map(
    ([, words]) => ({
      path,
      message: `${backup} does not carry ${words}, which ${primary} does`,
      mend: "requests that need it will not fail over to it",
    }),
  );
  if (switches && capabilities.continuation === Continuation.NONE) {
    findings.push({
      path,
      message: `${backup} cannot go on with an answer that ${primary} began`,
      mend: "give it `continuation: instruct`, or set `policy.switch: never`",
    });
  }
  if (isLess(capabilities.contextWindowTokens, has.contextWindowTokens)) {
    findings.push({
      path,
      message: `${backup} takes ${capabilities.contextWindowTokens} tokens, ${primary} takes ${has.contextWindowTokens}`,
      mend: "longer conversations will not fail over to it",
    });
  }
  return findings;
}

function isLess(one: bigint | undefined, other: bigint | undefined): boolean {
  return one !== undefined && other !== undefined && one < other;
}

/** Where the routes before it fail, a backup is reached only if attempts are left. */
function checkReach({ workloads }: Config): Finding[] {
  return Object.entries(workloads).flatMap(([name, { backups, policy }]) => {
    const maxAttempts = policy?.maxAttempts ?? MAX_ATTEMPTS;
    const beyond = backups.slice(Math.max(0, maxAttempts - 1));
    const [first] = beyond;
    if (first === undefined) return [];
    const before = maxAttempts === 1 ? "the only attempt" : `the ${maxAttempts} attempts of max_attempts`;
    const mend =
      backups.length < MAX_ATTEMPTS ? `raise policy.max_attempts to ${backups.length + 1}` : "remove the last backups";
    return {
      path: `workloads.${name}.backups[${backups.length - beyond.length}]`,
      message: `${first} is never asked where ${before} failed before it`,
      mend,
    };
  });
}

/** In an outage the load of all its primaries falls on a first backup. */
function checkCaps({ workloads }: Config, describe: (name: string) => RestingRoute): Finding[] {
  const primaries = new Map<string, Set<string>>();
  const paths = new Map<string, string>();
  for (const [name, { primary, backups }] of Object.entries(workloads)) {
    const [first] = backups;
    if (first === undefined) continue;
    primaries.set(first, (primaries.get(first) ?? new Set()).add(primary));
    if (!paths.has(first)) paths.set(first, `workloads.${name}.backups[0]`);
  }
  return [...primaries].flatMap(([backup, names]) => {
    const cap = describe(backup).maxConcurrency;
    const load = [...names].reduce((sum, name) => sum + (describe(name).maxConcurrency ?? 0), 0);
    if (cap === undefined || load <= cap) return [];
    return {
      path: paths.get(backup) ?? "",
      message: `${backup} takes ${cap} attempts at a time, the primaries that fall on it (${[...names].join(", ")}) take ${load}`,
      mend: "raise its max_concurrency, or give some workloads another backup",
    };
  });
}
