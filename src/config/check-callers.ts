/** Checks who may call: their keys, their workloads and their caps. */

import type { Caller, Config } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { checkKey } from "./check-key.ts";
import { suggest } from "./nearest.ts";
import type { Problems } from "./problems.ts";
import { showKey } from "./show-text.ts";

/** A key that is shorter can be guessed. */
const MIN_KEY_CHARACTERS = 16;

/** Reports what is wrong with the callers. */
export function checkCallers(config: Config, problems: Problems): void {
  const ownerOf = new Map<string, string>();
  for (const [name, caller] of Object.entries(config.callers)) {
    const path = `callers.${showKey(name)}`;
    checkCallerKey(caller.apiKey, name, ownerOf, problems);
    checkCallerWorkloads(config, caller, path, problems);
    checkCallerRoutes(config, caller, path, problems);
    if (caller.maxConcurrency !== undefined && caller.maxConcurrency < 1) {
      problems.report(`${path}.max_concurrency`, "is out of range", "give a number from 1");
    }
  }
}

function checkCallerKey(key: string, name: string, ownerOf: Map<string, string>, problems: Problems): void {
  const path = `callers.${showKey(name)}.api_key`;
  if (key === "") return problems.report(path, "is missing", 'add it as "${NAME}"');
  const owner = ownerOf.get(key);
  if (owner !== undefined) {
    return problems.report(path, `is the key of caller ${showKey(owner)} too`, "give every caller a key of its own");
  }
  ownerOf.set(key, name);
  checkKey(key, path, problems);
  if (key.length < MIN_KEY_CHARACTERS) {
    problems.warn(path, `the key is shorter than ${MIN_KEY_CHARACTERS} characters`, "make a longer one at random");
  }
}

function checkCallerWorkloads(config: Config, caller: Caller, path: string, problems: Problems): void {
  for (const [index, workload] of caller.workloads.entries()) {
    const at = `${path}.workloads[${index}]`;
    if (Object.hasOwn(config.workloads, workload)) continue;
    if (problems.isBroken("workloads") || problems.isBroken(`workloads.${workload}`)) continue;
    const mend = suggest(workload, Object.keys(config.workloads), "add it under workloads");
    problems.report(at, `workload ${problems.quote(at, workload)} is not configured`, mend);
  }
}

function checkCallerRoutes(config: Config, caller: Caller, path: string, problems: Problems): void {
  for (const [index, route] of caller.routes.entries()) {
    const at = `${path}.routes[${index}]`;
    if (route.slice(0, -1).includes("*") || route === "*") {
      problems.report(at, "has a * that does not end a beginning", 'write "provider/*", or leave routes out for all');
      continue;
    }
    const slash = route.indexOf("/");
    const [kind, name] = slash === -1 ? (["routes", route] as const) : (["providers", route.slice(0, slash)] as const);
    if (slash === -1 && route.endsWith("*")) continue;
    if (Object.hasOwn(config[kind], name) || problems.isBroken(kind) || problems.isBroken(`${kind}.${name}`)) continue;
    const mend = suggest(name, Object.keys(config[kind]), `add it under ${kind}`);
    problems.report(
      at,
      `${kind === "routes" ? "route" : "provider"} ${problems.quote(at, name)} is not configured`,
      mend,
    );
  }
}
