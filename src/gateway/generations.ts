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
  /** Tries no refused configuration again. */
  close(): void;
}

/**
 * After which time a refused configuration is tried again, in milliseconds: what was wrong may have been mended in a
 * file that nobody looks at, because only the refused configuration names it.
 */
const RETRY_MS = 5_000;

/** Loads the first configuration. Throws `ConfigError` if it cannot be used. */
export function startGenerations(options: GenerationsOptions): Generations {
  return new GenerationChain(options);
}

/** On whose behalf a configuration is loaded. */
interface Asker {
  readonly caller: string | undefined;
  readonly requestId: string | undefined;
}

const NOBODY: Asker = { caller: undefined, requestId: undefined };

class GenerationChain implements Generations {
  readonly #source: ConfigSource;
  readonly #log: Log;
  readonly #onLoad: (setup: Setup) => void;
  readonly #shared: SharedParts;
  /** What the port was opened with. */
  readonly #opened: Setup;
  #current: Generation;
  #toldRestart = "";
  /** Why the configuration on disk is refused; undefined if it is not. */
  #refusedFor: string | undefined;
  #retry: NodeJS.Timeout | undefined;

  constructor({ source, shared, log, onLoad }: GenerationsOptions) {
    this.#source = source;
    this.#log = log;
    this.#onLoad = onLoad;
    this.#shared = { ...shared, reload: this.reload };
    this.#opened = loadSetup(source);
    this.#current = makeGeneration(this.#opened, this.#shared);
  }

  get current(): Generation {
    return this.#current;
  }

  readonly reload: Reload = async (by) => {
    try {
      return this.#load(by);
    } catch (error) {
      throw error instanceof ConfigError ? refuse(error) : error;
    }
  };

  reloadUnasked(cause: string): void {
    const refusedBefore = this.#refusedFor;
    try {
      this.#load(NOBODY);
    } catch (error) {
      // What is tried again by itself has been told already.
      if (cause === TRIED_AGAIN && this.#refusedFor === refusedBefore) return;
      this.#log.error({ cause, ...describeRefused(error) }, REFUSED);
    }
  }

  close(): void {
    clearTimeout(this.#retry);
  }

  #load(by: Asker): ReloadReport {
    clearTimeout(this.#retry);
    try {
      const report = this.#swap(by);
      if (this.#refusedFor !== undefined) this.#log.info("the configuration can be used again");
      this.#refusedFor = undefined;
      return report;
    } catch (error) {
      this.#refusedFor = JSON.stringify(describeRefused(error));
      this.#retry = setTimeout(() => this.reloadUnasked(TRIED_AGAIN), RETRY_MS).unref();
      throw error;
    }
  }

  #swap({ caller, requestId }: Asker): ReloadReport {
    const before = this.#current;
    const setup = loadSetup(this.#source);
    const changes = describeChanges(before.setup, setup);
    const warnings = setup.warnings.map(printProblem);
    if (changes.length > 0) {
      this.#current = makeGeneration(setup, this.#shared, before);
      before.retire();
      if (this.#current.callersEnd !== before.callersEnd) before.callersEnd.abort();
      this.#shared.observer.operatorActed({ act: "reload", caller, requestId, what: changes, reason: "" });
      for (const warning of warnings) this.#log.warn(warning);
    }
    this.#onLoad(setup);
    const { number: generation, sinceMs } = this.#current;
    return { generation, sinceMs, changes, restartNeeded: this.#tellRestart(setup), warnings };
  }

  /** What waits for a restart; the log has it when that changes. */
  #tellRestart(setup: Setup): string[] {
    const restartNeeded = describeRestart(this.#opened, setup);
    const told = restartNeeded.join();
    if (told !== this.#toldRestart) {
      if (told === "") this.#log.info("nothing waits for a restart any more");
      else this.#log.warn({ restartNeeded }, "what needs a restart has changed");
    }
    this.#toldRestart = told;
    return restartNeeded;
  }
}

const TRIED_AGAIN = "tried again";

/** What the log has of a configuration that cannot be used. */
function describeRefused(error: unknown): object {
  return error instanceof ConfigError ? { problems: error.problems.map(printProblem) } : describeFault(error);
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
