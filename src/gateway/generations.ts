/** The configuration in force, and its exchange for another while calls run. */

import { ErrorReason } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import { CallRefused } from "../call/refusal.ts";
import { ConfigError } from "../config/config-error.ts";
import { printProblem } from "../config/problem.ts";
import type { Reload, ReloadReport } from "../service/admin.ts";
import { describeFault } from "../telemetry/describe-fault.ts";
import type { Log } from "../telemetry/log.ts";
import type { ConfigSource } from "./config-source.ts";
import { describeChanges, describeRestart } from "./describe-changes.ts";
import { type Generation, makeGeneration, type SharedParts } from "./generation.ts";
import { loadSetup, type Setup } from "./setup.ts";

export interface GenerationsOptions {
  readonly source: ConfigSource;
  readonly shared: Omit<SharedParts, "reload">;
  readonly log: Log;
  /** Called when a configuration could be used again, whether or not anything differs. */
  readonly onLoad: (setup: Setup) => void;
}

export interface Generations {
  readonly current: Generation;
  /** Loads the configuration anew. Rejects with `CallRefused` if it cannot be used; the one before stays then. */
  readonly reload: Reload;
  /** Loads the configuration anew because a file changed or a signal came. What is wrong goes into the log. */
  reloadUnasked(cause: string): void;
}

/** Loads the first configuration. Throws `ConfigError` if it cannot be used. */
export function startGenerations(options: GenerationsOptions): Generations {
  const { source, log, onLoad } = options;
  const { observer } = options.shared;
  const reload: Reload = async (by) => {
    try {
      return swap(by);
    } catch (error) {
      throw error instanceof ConfigError ? refuse(error) : error;
    }
  };
  const shared: SharedParts = { ...options.shared, reload };
  /** What the port was opened with. */
  const opened = loadSetup(source);
  let current = makeGeneration(1, opened, shared);
  let toldRestart = "";

  const swap = ({ caller, requestId }: { caller: string | undefined; requestId: string | undefined }): ReloadReport => {
    const before = current;
    const setup = loadSetup(source);
    const changes = describeChanges(before.setup, setup);
    const restartNeeded = describeRestart(opened, setup);
    const warnings = setup.warnings.map(printProblem);
    if (changes.length > 0) {
      current = makeGeneration(before.number + 1, setup, shared);
      before.retire();
      observer.operatorActed({ act: "reload", caller, requestId, what: changes, reason: "" });
      for (const warning of warnings) log.warn(warning);
    }
    onLoad(setup);
    if (restartNeeded.join() !== toldRestart) log.warn({ restartNeeded }, "what needs a restart has changed");
    toldRestart = restartNeeded.join();
    return { generation: current.number, sinceMs: current.sinceMs, changes, restartNeeded, warnings };
  };
  return {
    get current() {
      return current;
    },
    reload,
    reloadUnasked(cause) {
      try {
        swap({ caller: undefined, requestId: undefined });
      } catch (error) {
        const problems = error instanceof ConfigError ? error.problems.map(printProblem) : undefined;
        log.error({ cause, problems, ...(problems === undefined && describeFault(error)) }, REFUSED);
      }
    },
  };
}

const REFUSED = "the new configuration cannot be used; the one before stays";

function refuse({ problems }: ConfigError): CallRefused {
  const violations = problems.map((problem) => ({
    field: problem.path,
    description: printProblem({ ...problem, path: "" }),
  }));
  const [first] = violations;
  const more = violations.length > 1 ? `, and ${violations.length - 1} more` : "";
  const message = `${REFUSED}: ${first?.description}${more}`;
  return new CallRefused({ reason: ErrorReason.CONFIGURATION_INVALID, message, violations });
}
