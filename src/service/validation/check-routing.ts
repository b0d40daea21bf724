/** Checks the routes and the policy that a request brings along. */

import type { Routing } from "../../../gen/ts/understudy/v1/routing_pb.ts";
import { checkPolicy } from "../../config/check-policy.ts";
import { isName } from "../../config/name-form.ts";
import { MAX_BACKUPS } from "../../config/policy-ranges.ts";
import { hasControlCharacter } from "./text-form.ts";
import type { Violations } from "./violations.ts";

/** Longest `provider/model` in characters: models are named by paths of a few words. */
const MAX_REFERENCE_CHARACTERS = 256;

/** Reports names that no route can have, routes that are named twice, and policies out of range. */
export function checkRouting(routing: Routing, violations: Violations): void {
  const { primary, backups, policy } = routing;
  if (primary !== undefined) checkReference(primary, "routing.primary", violations);
  if (backups.length > MAX_BACKUPS) {
    violations.add("routing.backups", `holds more than ${MAX_BACKUPS} routes`, "leave the last ones out");
  }
  for (const [index, backup] of backups.slice(0, MAX_BACKUPS).entries()) {
    const field = `routing.backups[${index}]`;
    if (backup === primary) violations.add(field, "is the primary itself", "name another route, or leave it out");
    else if (backups.indexOf(backup) < index) violations.add(field, "is named twice", "leave one of the two out");
    else checkReference(backup, field, violations);
  }
  if (policy !== undefined) {
    checkPolicy(policy, (field, mistake, mend) => violations.add(`routing.policy.${field}`, mistake, mend));
  }
}

function checkReference(name: string, field: string, violations: Violations): void {
  if (!isReference(name)) {
    violations.add(field, "is not the name of a route", "name a configured route, or write provider/model");
  }
}

function isReference(name: string): boolean {
  const slash = name.indexOf("/");
  if (slash === -1) return isName(name);
  if (name.length > MAX_REFERENCE_CHARACTERS || slash === name.length - 1) return false;
  return isName(name.slice(0, slash)) && name.isWellFormed() && !hasControlCharacter(name) && !name.includes(" ");
}
