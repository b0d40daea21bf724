/** Checks a workload: its routes and its policy. */

import { durationMs } from "@bufbuild/protobuf/wkt";
import type { Config, Workload } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { formatDuration } from "../time/duration.ts";
import { findMarginFaults } from "./acceptance-ranges.ts";
import { checkNestedLimits, checkPolicy } from "./check-policy.ts";
import { suggest } from "./nearest.ts";
import { MAX_BACKUPS } from "./policy-ranges.ts";
import type { Problems } from "./problems.ts";
import { findRoute } from "./route-reference.ts";
import { serverMaximumMs } from "./server-maximum.ts";

/** Reports what is wrong with the workload at `path`. */
export function checkWorkload(config: Config, workload: Workload, path: string, problems: Problems): void {
  const { primary, backups, policy, acceptance } = workload;
  if (primary === "") problems.report(`${path}.primary`, "is missing", "add the name of a route");
  else checkReference(config, primary, `${path}.primary`, problems);
  if (backups.length > MAX_BACKUPS) {
    problems.report(`${path}.backups`, `has more than ${MAX_BACKUPS} routes`, "remove the last ones");
  }
  for (const [index, backup] of backups.entries()) {
    const at = `${path}.backups[${index}]`;
    if (backup !== "" && backup === primary) {
      problems.report(at, "is the primary itself", "name another route, or remove it");
    } else if (backups.indexOf(backup) < index) {
      problems.report(at, "is named twice", "remove one of the two");
    } else checkReference(config, backup, at, problems);
  }
  for (const { field, mend } of acceptance === undefined ? [] : findMarginFaults(acceptance)) {
    problems.report(`${path}.acceptance.${field}`, "is out of range", mend);
  }
  if (policy === undefined) return;
  const report = (field: string, message: string, mend: string): void =>
    problems.report(`${path}.policy.${field}`, message, mend);
  checkPolicy(policy, report);
  checkNestedLimits(policy, report);
  const maximumMs = serverMaximumMs(config);
  if (policy.totalTimeout !== undefined && durationMs(policy.totalTimeout) > maximumMs) {
    report("total_timeout", "is longer than server.max_total_timeout", `give at most ${formatDuration(maximumMs)}`);
  }
}

function checkReference(config: Config, name: string, path: string, problems: Problems): void {
  const reference = findRoute(config, name);
  switch (reference.kind) {
    case "configured":
    case "provider-model":
      return;
    case "unknown-route": {
      if (problems.isBroken("routes") || problems.isBroken(`routes.${name}`)) return;
      const mend = suggest(name, Object.keys(config.routes), "add it under routes, or write provider/model");
      return problems.report(path, `route ${problems.quote(path, name)} is not configured`, mend);
    }
    case "unknown-provider": {
      const { providerName } = reference;
      if (problems.isBroken("providers") || problems.isBroken(`providers.${providerName}`)) return;
      const mend = suggest(providerName, Object.keys(config.providers), "add it under providers");
      return problems.report(path, `provider ${problems.quote(path, providerName)} is not configured`, mend);
    }
    case "model-not-allowed": {
      const models = `providers.${reference.providerName}.allow_models`;
      if (problems.isBroken(models)) return;
      const mend = `add ${problems.quote(path, reference.model)} or "*" to ${models}, or configure a route`;
      return problems.report(path, "the provider does not allow this model by name", mend);
    }
  }
}
