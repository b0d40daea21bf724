/** Checks what a configuration says: names, references, and limits that contradict each other. */

import type { Config } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { checkCallers } from "./check-callers.ts";
import { checkProvider } from "./check-provider.ts";
import { checkRoute } from "./check-route.ts";
import { checkServer } from "./check-server.ts";
import { checkWorkload } from "./check-workload.ts";
import { isName, NAME_FORM } from "./name-form.ts";
import type { Problems } from "./problems.ts";
import { showKey } from "./show-text.ts";

/** Longest instruction in characters: it is sent with every continuation, and paid for. */
const MAX_INSTRUCTION_CHARACTERS = 2000;

/** Reports every problem of a configuration that was read. */
export function checkConfig(config: Config, problems: Problems): void {
  checkNames(config, problems);
  checkPresence(config, problems);
  for (const [name, provider] of Object.entries(config.providers)) {
    checkProvider(provider, `providers.${showKey(name)}`, problems);
  }
  for (const [name, route] of Object.entries(config.routes))
    checkRoute(config, route, `routes.${showKey(name)}`, problems);
  for (const [name, workload] of Object.entries(config.workloads)) {
    checkWorkload(config, workload, `workloads.${showKey(name)}`, problems);
  }
  for (const [name, { file }] of Object.entries(config.sampleSets)) {
    if (file === "") problems.report(`sample_sets.${showKey(name)}.file`, "is missing", "name a file of samples");
  }
  checkCallers(config, problems);
  checkServer(config, problems);
  checkInstruction(config.continuationInstruction, problems);
}

/** The maps as they are written in the file. */
const MAP_KEYS = {
  providers: "providers",
  routes: "routes",
  workloads: "workloads",
  callers: "callers",
  sampleSets: "sample_sets",
} as const;

function checkNames(config: Config, problems: Problems): void {
  for (const map of ["providers", "routes", "workloads", "callers", "sampleSets"] as const) {
    for (const name of Object.keys(config[map])) {
      if (!isName(name))
        problems.report(`${MAP_KEYS[map]}.${showKey(name)}`, "is not a valid name", `a name has ${NAME_FORM}`);
    }
  }
}

function checkPresence(config: Config, problems: Problems): void {
  const hasOpenProvider = Object.values(config.providers).some((provider) => provider.allowModels.length > 0);
  if (isEmpty(config.providers)) problems.report("providers", "no provider is configured", "add one");
  if (isEmpty(config.routes) && !hasOpenProvider) problems.report("routes", "no route is configured", "add one");
  if (isEmpty(config.workloads)) {
    problems.report("workloads", "no workload is configured", "add one with a primary route");
  }
}

function checkInstruction(instruction: string | undefined, problems: Problems): void {
  if (instruction === undefined) return;
  if (instruction.trim() === "") {
    problems.report("continuation_instruction", "is empty", "give a sentence, or remove the key");
  } else if (instruction.length > MAX_INSTRUCTION_CHARACTERS) {
    problems.report("continuation_instruction", "is longer than 2,000 characters", "shorten it");
  }
}

function isEmpty(map: object): boolean {
  return Object.keys(map).length === 0;
}
