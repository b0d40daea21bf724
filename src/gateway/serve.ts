/** Runs the gateway: `understudy serve`. */

import { joinObservers } from "../call/call-observer.ts";
import { describeFirstCalls } from "../cli/first-calls.ts";
import type { ServeOptions } from "../cli/program.ts";
import { describeMemoryBudget } from "../config/memory-budget.ts";
import { type ListenAddress, parseListen } from "../config/parse-listen.ts";
import { printProblem } from "../config/problem.ts";
import type { ServerSettings } from "../config/server-defaults.ts";
import { CallCounts } from "../edge/admission/callers.ts";
import { createEdge, type Edge } from "../edge/edge.ts";
import { createEngine } from "../failover/engine.ts";
import { createSchemaChecker } from "../failover/schema/schema-check.ts";
import { createRouteTable } from "../route/route-table.ts";
import { ComparisonPlaces } from "../service/comparison-places.ts";
import { describeFault } from "../telemetry/describe-fault.ts";
import { openLog } from "../telemetry/log.ts";
import { createLogObserver } from "../telemetry/log-observer.ts";
import { logWarnings } from "../telemetry/log-warnings.ts";
import { openConfigSource } from "./config-source.ts";
import { type Generations, startGenerations } from "./generations.ts";
import { releaseMemory } from "./release-memory.ts";
import { onSignals } from "./signals.ts";
import { watchFiles } from "./watch-files.ts";

/** Serves until a signal stops the process. Resolves with the exit code. */
export async function serve(options: ServeOptions): Promise<number> {
  const log = openLog(options.logLevel);
  logWarnings(log);
  const shownLabels = (): readonly string[] => generations.current.setup.loaded.config.log?.labels ?? [];
  const observer = joinObservers([createLogObserver(log, shownLabels)], (error) =>
    log.error(describeFault(error), "an observer failed; its further failures are not logged"),
  );
  // Closed in reverse order, also when the start fails.
  await using closing = new AsyncDisposableStack();
  const source = await openConfigSource(options.config);
  closing.defer(() => source.close());
  const table = createRouteTable((change) => observer.routeChanged(change));
  closing.defer(() => table.dispose());
  const schemaChecker = createSchemaChecker();
  closing.defer(() => schemaChecker.close());
  const checkSchema = schemaChecker.check;
  const random = Math.random;
  const files = watchFiles(() => generations.reloadUnasked("a file changed"));
  closing.defer(() => files.close());
  const generations: Generations = startGenerations({
    source,
    shared: {
      table,
      engine: createEngine({ random, checkSchema }),
      comparisonEngine: createEngine({ random, checkSchema }),
      checkSchema,
      observer,
      callCounts: new CallCounts(),
      comparisonPlaces: new ComparisonPlaces(),
      random,
    },
    log,
    onLoad({ files: paths, tls }) {
      files.lookAt(paths);
      if (tls !== undefined) edge.renewCertificate(tls);
    },
  });
  closing.defer(() => generations.close());
  const { setup } = generations.current;
  for (const warning of setup.warnings) log.warn(printProblem(warning));
  log.info(describeMemoryBudget(setup.settings.maxBufferedBytes));
  const edge = createEdge({
    generation: () => generations.current,
    log,
    observer,
    ...(setup.tls && { tls: setup.tls }),
  });
  await schemaChecker.ready;
  // Before anybody is told that the server is ready, so that no signal comes too early.
  const stopped = stopOnSignals(edge, generations);
  const url = await listen(edge, options.listen, setup.settings);
  files.lookAt(setup.files);
  closing.defer(releaseMemory().stop);
  process.stdout.write(`listening on ${url}\n`);
  if (source.path === undefined) process.stdout.write(describeFirstCalls(url));
  await stopped;
  return 0;
}

/** Opens the port. Resolves with its URL. */
async function listen(edge: Edge, flag: string | undefined, settings: ServerSettings): Promise<string> {
  const wanted = flag === undefined ? settings.listen : parseListen(flag);
  if (wanted === undefined) throw new Error(`--listen ${flag} is not HOST:PORT, as in 127.0.0.1:8080 or [::1]:0`);
  const { host, port } = await edge.listen(wanted.host, wanted.port).catch((error: unknown) => {
    throw new Error(explainPort(wanted, error), { cause: error });
  });
  return `${settings.tls === undefined ? "http" : "https"}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function explainPort({ host, port }: ListenAddress, error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
  return `cannot listen on ${host}:${port} (${code}): name another address by --listen, or port 0 for a free one`;
}

/** Resolves when the server has stopped: gracefully at the first signal, at once at the second. */
function stopOnSignals(edge: Edge, generations: Generations): Promise<void> {
  return new Promise<void>((resolve) => {
    let stops = 0;
    onSignals({
      onStop() {
        stops += 1;
        const { lameDuckMs, drainTimeoutMs } = generations.current.setup.settings;
        const ending = stops === 1 ? edge.drain({ lameDuckMs, drainTimeoutMs }) : edge.close();
        void ending.finally(resolve);
      },
      onHangUp: () => generations.reloadUnasked("SIGHUP"),
    });
  });
}
