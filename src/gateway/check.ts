/** Checks a configuration at rest: `understudy check`. */

import type { CheckOptions } from "../cli/program.ts";
import { describeMemoryBudget } from "../config/memory-budget.ts";
import { printProblem } from "../config/problem.ts";
import { checkRoutes } from "../plan/check-routes.ts";
import { describeAdjustments } from "../plan/describe-adjustments.ts";
import { describeWorkloads } from "../plan/describe-workloads.ts";
import { getRoute } from "../plan/get-route.ts";
import { defineRoutes } from "../route/define-routes.ts";
import type { ProtectedRoute } from "../route/protected-route.ts";
import { createRouteTable } from "../route/route-table.ts";
import { openConfigSource } from "./config-source.ts";
import { loadSetup, placeFindings } from "./setup.ts";

/** Prints the plan of each workload and everything to think about. Throws `ConfigError` if it cannot be used. */
export async function check(options: CheckOptions): Promise<number> {
  const source = await openConfigSource(options.config);
  await using closing = new AsyncDisposableStack();
  closing.defer(() => source.close());
  const { loaded, settings, approvals, warnings } = loadSetup(source);
  const { config, file } = loaded;
  const table = createRouteTable();
  closing.defer(() => table.dispose());
  const routes = table.load(defineRoutes(config, Math.random)).look();
  closing.defer(() => routes.release());
  const find = (name: string): ProtectedRoute => getRoute(config, routes, name);
  const surprises = checkRoutes(config, (name) => ({
    capabilities: find(name).capabilities,
    maxConcurrency: config.routes[name]?.maxConcurrency,
  }));
  const problems = [...warnings, ...placeFindings(loaded, surprises)].map(printProblem);
  const plans = describeWorkloads(config, (name) => find(name).describe(), settings.maxTotalTimeoutMs, approvals);
  const adjusted = describeAdjustments(config, (name) => find(name).adjustmentsFor);
  process.stdout.write(`${[...plans, ...adjusted, ...problems].join("\n")}\n`);
  process.stdout.write(`${describeMemoryBudget(settings.maxBufferedBytes)}\n`);
  process.stdout.write(`${file} can be used: ${problems.length} warnings\n`);
  return 0;
}
