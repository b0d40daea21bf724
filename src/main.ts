/** The composition root: the only file that wires. */

import { dirname, relative, resolve as resolvePath } from "node:path";
import { type Config, RequireApproval } from "../gen/ts/understudy/config/v1/config_pb.ts";
import type { ApproveOptions, RevokeOptions } from "./cli/approve/approval-options.ts";
import { describeFirstCalls } from "./cli/first-calls.ts";
import { createProgram, type ServeOptions } from "./cli/program.ts";
import { approvalsFolder } from "./config/approval-path.ts";
import { BUILT_IN_FILE, makeDefaultConfig } from "./config/default-config.ts";
import { findConfigFile } from "./config/find-config-file.ts";
import { type LoadedConfig, loadConfig } from "./config/load-config.ts";
import { parseListen } from "./config/parse-listen.ts";
import { CONTINUATION_INSTRUCTION } from "./config/policy-defaults.ts";
import { type Problem, printProblem } from "./config/problem.ts";
import { readApprovals } from "./config/read-approvals.ts";
import { readConfigFile } from "./config/read-config-file.ts";
import { readTlsFiles } from "./config/read-tls-files.ts";
import { type ServerSettings, serverSettings } from "./config/server-defaults.ts";
import { removeApproval, writeApproval } from "./config/write-approval.ts";
import type { CallerSettings } from "./edge/admission/callers.ts";
import { createEdge, type Edge } from "./edge/edge.ts";
import { createSchemaChecker } from "./failover/attempt/schema-check.ts";
import { createEngine } from "./failover/engine.ts";
import { type Approvals, makeApprovals } from "./plan/approvals.ts";
import { checkApprovals } from "./plan/check-approvals.ts";
import { checkRoutes, type Finding } from "./plan/check-routes.ts";
import { describeWorkloads } from "./plan/describe-workloads.ts";
import { findSettings } from "./plan/find-settings.ts";
import { getRoute } from "./plan/get-route.ts";
import { makeApproval } from "./plan/make-approval.ts";
import type { PlanSettings } from "./plan/make-plan.ts";
import { hashShape } from "./provider/hash-shape.ts";
import { openRoutes } from "./route/open-routes.ts";
import type { ProtectedRoute } from "./route/protected-route.ts";
import type { RouteTable } from "./route/route-table.ts";
import { createComparison } from "./service/comparison.ts";
import { createCompletion } from "./service/completion.ts";
import { createRoutes } from "./service/routes.ts";
import { type Simulator, startSimulator } from "./simulator/simulator.ts";
import { createLog } from "./telemetry/log.ts";

const EXIT_OK = 0;
const EXIT_FAILURE = 1;

/** A path as people write it: from the working directory, if it lies in it. */
function showPath(path: string): string {
  const nearby = relative(process.cwd(), path);
  return nearby.startsWith("..") ? path : nearby;
}

/** What is served when nothing is configured. The simulator's address is known only once it runs. */
async function loadUsual(
  flag: string | undefined,
): Promise<{ loaded: LoadedConfig; simulator: Simulator | undefined }> {
  const { env } = process;
  const path = findConfigFile({ flag, env, cwd: process.cwd() });
  if (path !== undefined) {
    const file = showPath(path);
    return { loaded: loadConfig({ text: readConfigFile(path, file), file, env }), simulator: undefined };
  }
  const simulator = await startSimulator();
  const text = makeDefaultConfig({ simulatorUrl: simulator.url, env });
  return { loaded: loadConfig({ text, file: BUILT_IN_FILE, env }), simulator };
}

function findShape(config: Config, name: string): string | undefined {
  const settings = findSettings(config, name);
  return settings && hashShape(settings);
}

/** The approvals beside the configuration. They are not read where nobody asks for them. */
function loadApprovals({ config, file }: LoadedConfig): Approvals {
  const { requireApproval: required, workloads } = config;
  const granted = required === RequireApproval.OFF ? [] : readApprovals(approvalsFolder(config, file));
  return makeApprovals({ required, workloads, granted, shapeOf: (name) => findShape(config, name) });
}

function placeFindings({ file, positionOf }: LoadedConfig, findings: readonly Finding[]): Problem[] {
  return findings.map((finding) => ({ ...finding, ...positionOf(finding.path), file }));
}

function makePlanSettings(
  config: Config,
  table: RouteTable,
  settings: ServerSettings,
  approvals: Approvals,
): PlanSettings {
  return {
    workloads: config.workloads,
    requestRouting: config.requestRouting,
    maxTotalTimeoutMs: settings.maxTotalTimeoutMs,
    continuationInstruction: config.continuationInstruction ?? CONTINUATION_INSTRUCTION,
    findRoute: (name) => getRoute(config, table, name),
    approvals,
  };
}

/** Files of the sample sets; a relative path begins at the configuration's folder. */
function makeSampleSets({ config, file }: LoadedConfig): Map<string, string> {
  return new Map(Object.entries(config.sampleSets).map(([name, set]) => [name, resolvePath(dirname(file), set.file)]));
}

function makeCallers(config: Config): CallerSettings[] {
  return Object.entries(config.callers).map(([name, { apiKey, workloads, maxConcurrency }]) => ({
    name,
    apiKey,
    workloads: workloads.length === 0 ? undefined : new Set(workloads),
    maxConcurrency,
  }));
}

async function serve(options: ServeOptions): Promise<number> {
  const log = createLog(options.logLevel);
  // Closed in reverse order, also when the start fails.
  await using closing = new AsyncDisposableStack();
  const { loaded, simulator } = await loadUsual(options.config);
  closing.defer(() => simulator?.close());
  const { config } = loaded;
  for (const warning of loaded.warnings) log.warn(printProblem(warning));
  const approvals = loadApprovals(loaded);
  for (const problem of placeFindings(loaded, checkApprovals(config, approvals))) log.warn(printProblem(problem));
  const settings = serverSettings(config);
  const tls = readTlsFiles(loaded);
  const table = openRoutes(config, Math.random);
  closing.defer(() => table.dispose());
  const planSettings = makePlanSettings(config, table, settings, approvals);
  const schemaChecker = createSchemaChecker();
  closing.defer(() => schemaChecker.close());
  const engine = createEngine({ log, random: Math.random, checkSchema: schemaChecker.check });
  // Cuts and failures on purpose are no warnings.
  const comparisonLog = log.child({}, { level: "error" });
  const comparison = createComparison({
    settings: planSettings,
    engine: createEngine({ log: comparisonLog, random: Math.random, checkSchema: schemaChecker.check }),
    checkSchema: schemaChecker.check,
    sampleSets: makeSampleSets(loaded),
    random: Math.random,
  });
  const edge = createEdge({
    comparison,
    services: {
      completion: createCompletion(planSettings, engine),
      routes: createRoutes(planSettings, table),
    },
    limits: settings,
    corsOrigins: settings.corsOrigins,
    callers: makeCallers(config),
    log,
    ...(tls && { tls }),
  });
  const wanted = options.listen === undefined ? settings.listen : parseListen(options.listen);
  if (wanted === undefined)
    throw new Error(`--listen ${options.listen} is not HOST:PORT, as in 127.0.0.1:8080 or [::1]:0`);
  // Before anybody is told that the server is ready, so that no signal comes too early.
  const stopped = stopOnSignals(edge, settings);
  const { host, port } = await edge.listen(wanted.host, wanted.port).catch((error: unknown) => {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    throw new Error(
      `cannot listen on ${wanted.host}:${wanted.port} (${code}): name another address by --listen, or port 0 for a free one`,
      { cause: error },
    );
  });
  const url = `${settings.tls === undefined ? "http" : "https"}://${host.includes(":") ? `[${host}]` : host}:${port}`;
  process.stdout.write(`listening on ${url}\n`);
  if (simulator !== undefined) process.stdout.write(describeFirstCalls(url));
  await stopped;
  return EXIT_OK;
}

/** Resolves when the server has stopped: gracefully at the first signal, at once at the second. */
function stopOnSignals(edge: Edge, { lameDuckMs, drainTimeoutMs }: ServerSettings): Promise<void> {
  return new Promise<void>((resolve) => {
    let signals = 0;
    const onSignal = (): void => {
      signals++;
      const ending = signals === 1 ? edge.drain({ lameDuckMs, drainTimeoutMs }) : edge.close();
      void ending.finally(resolve);
    };
    process.on("SIGTERM", onSignal);
    process.on("SIGINT", onSignal);
  });
}

async function check(options: Pick<ServeOptions, "config">): Promise<number> {
  const { loaded, simulator } = await loadUsual(options.config);
  await simulator?.close();
  const { config, file } = loaded;
  readTlsFiles(loaded);
  const approvals = loadApprovals(loaded);
  const table = openRoutes(config, Math.random);
  const find = (name: string): ProtectedRoute => getRoute(config, table, name);
  const surprises = checkRoutes(config, (name) => ({
    capabilities: find(name).capabilities,
    maxConcurrency: config.routes[name]?.maxConcurrency,
  }));
  const findings = placeFindings(loaded, [...surprises, ...checkApprovals(config, approvals)]);
  const { maxTotalTimeoutMs } = serverSettings(config);
  const plans = describeWorkloads(config, (name) => find(name).describe(), maxTotalTimeoutMs, approvals);
  table.dispose();
  process.stdout.write(`${[...plans, ...[...loaded.warnings, ...findings].map(printProblem)].join("\n")}\n`);
  process.stdout.write(`${file} can be used: ${findings.length + loaded.warnings.length} warnings\n`);
  return EXIT_OK;
}

/** The configuration that approvals belong to: a file, because they lie beside it. */
function loadForApproval({ config: flag, approvals }: RevokeOptions): { config: Config; folder: string } {
  const path = findConfigFile({ flag, env: process.env, cwd: process.cwd() });
  if (path === undefined) throw new Error("there is no configuration here: name its file by --config");
  const { config, file } = loadConfig({ text: readConfigFile(path), file: path, env: process.env });
  return { config, folder: approvals === undefined ? approvalsFolder(config, file) : resolvePath(approvals) };
}

function approve(options: ApproveOptions): Promise<number> {
  const { config, folder } = loadForApproval(options);
  const path = writeApproval(folder, makeApproval(options, config));
  process.stdout.write(`wrote ${showPath(path)}: commit it, and restart the servers\n`);
  return Promise.resolve(EXIT_OK);
}

function revoke(options: RevokeOptions): Promise<number> {
  const { workload, route } = options;
  const path = removeApproval(loadForApproval(options).folder, workload, route);
  if (path === undefined) throw new Error(`route ${route} has no approval for workload ${workload}`);
  process.stdout.write(`removed ${showPath(path)}: commit that, and restart the servers\n`);
  return Promise.resolve(EXIT_OK);
}

try {
  process.exitCode = await createProgram({ serve, check, approve, revoke }).run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = EXIT_FAILURE;
}
