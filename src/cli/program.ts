/** The command line: its commands, options, help and exit codes. */

import { readFileSync } from "node:fs";
import { Command, CommanderError, Option } from "commander";
import { type ApprovalCommands, addApproveCommands } from "./approve/approve-command.ts";
import { addCompareCommand } from "./compare/compare-command.ts";
import { addCompleteCommand } from "./complete/complete-command.ts";
import { type EndWith, ExitCode } from "./exit-code.ts";
import { addReloadCommand } from "./reload-command.ts";
import { addRoutesCommand } from "./routes/routes-command.ts";
import { configOption } from "./shared-options.ts";
import { createTerminal, type Terminal } from "./terminal/terminal.ts";
import { addWorkloadsCommand } from "./workloads-command.ts";

/** Options of `understudy serve`. What is undefined is left to the configuration, then to the default. */
export interface ServeOptions {
  /** Path of the configuration. */
  readonly config?: string | undefined;
  /** Where to listen, `HOST:PORT`. */
  readonly listen?: string | undefined;
  /** Least level of what is logged. */
  readonly logLevel?: string | undefined;
}

/** Options of `understudy check`. */
export type CheckOptions = Pick<ServeOptions, "config">;

/** Options of `understudy vendors`. */
export interface VendorsOptions {
  /** The vendor, by its word in the configuration; undefined for all. */
  readonly platform?: string | undefined;
  /** Whether JSON is wanted, one vendor a line. Default false. */
  readonly json?: boolean | undefined;
}

/** What only the composition root can do. Each resolves with the exit code when it has ended. */
export interface LocalCommands extends ApprovalCommands {
  serve(options: ServeOptions): Promise<number>;
  check(options: CheckOptions): Promise<number>;
  vendors(options: VendorsOptions): Promise<number>;
}

export interface Program {
  /**
   * Runs the command that `args` (without Node and script) name, and resolves with the exit code. Set it as
   * `process.exitCode` and let the process end by itself, so that output is written out. Rejects only with what the
   * local commands reject with.
   */
  run(args: readonly string[]): Promise<number>;
}

const examples = `
Examples:
  understudy serve --config understudy.yaml
  understudy complete --workload summaries "Sum up the plot of Hamlet"
  understudy routes --watch

Exit codes: ${ExitCode.ok} all went well, ${ExitCode.failure} failure, ${ExitCode.usage} wrong usage, ${ExitCode.inconclusive} comparison inconclusive, ${ExitCode.interrupted} ended by Ctrl-C.`;

/** Creates the program. `terminal` defaults to that of this process. */
export function createProgram(local: LocalCommands, terminal: Terminal = createTerminal()): Program {
  return {
    async run(args) {
      let exitCode: number = ExitCode.ok;
      const program = makeCommands(local, terminal, (code) => {
        exitCode = code;
      });
      try {
        await program.parseAsync(args, { from: "user" });
      } catch (error) {
        if (!(error instanceof CommanderError)) throw error;
        return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
      }
      return exitCode;
    },
  };
}

function makeCommands(local: LocalCommands, terminal: Terminal, endWith: EndWith): Command {
  const program = new Command("understudy")
    .description("LLM fallback gateway: a streamed answer survives its provider.")
    .version(readVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void terminal.out.write(text),
      writeErr: (text) => void terminal.err.write(text),
    })
    .showHelpAfterError("Add --help to see what is possible.")
    .addHelpText("after", examples);
  addServeCommand(program, local, endWith);
  addCheckCommand(program, local, endWith);
  addCompleteCommand(program, terminal, endWith);
  addRoutesCommand(program, terminal, endWith);
  addWorkloadsCommand(program, terminal, endWith);
  addReloadCommand(program, terminal, endWith);
  addVendorsCommand(program, local, endWith);
  addCompareCommand(program, terminal, endWith);
  addApproveCommands(program, local, endWith);
  return program;
}

function addServeCommand(program: Command, local: LocalCommands, endWith: EndWith): void {
  program
    .command("serve")
    .description("start the gateway")
    .addOption(configOption())
    .addOption(
      new Option("-l, --listen <host:port>", "where to listen; port 0 picks a free one (default 127.0.0.1:8080)").env(
        "UNDERSTUDY_LISTEN",
      ),
    )
    .addOption(
      new Option("--log-level <level>", "least level of what is logged")
        .choices(["trace", "debug", "info", "warn", "error", "fatal", "silent"])
        .env("UNDERSTUDY_LOG_LEVEL"),
    )
    .action(async (options: ServeOptions) => endWith(await local.serve(withoutEmpty(options))));
}

function addCheckCommand(program: Command, local: LocalCommands, endWith: EndWith): void {
  program
    .command("check")
    .description("check the configuration and print the plan of each workload")
    .addOption(configOption())
    .action(async (options: CheckOptions) => endWith(await local.check(withoutEmpty(options))));
}

function addVendorsCommand(program: Command, local: LocalCommands, endWith: EndWith): void {
  program
    .command("vendors")
    .description("show what is known of each vendor, or all of one")
    .argument("[platform]", "the vendor, by its word in the configuration")
    .option("--json", "show vendors as JSON, one a line")
    .action(async (platform: string | undefined, { json }: VendorsOptions) =>
      endWith(await local.vendors({ platform, json })),
    );
}

/** A variable that is set but empty counts as not set. */
function withoutEmpty(options: ServeOptions): ServeOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== ""));
}

/** The version in the package's manifest, two folders up from this file in a checkout and in a package alike. */
function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  const isManifest = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return isManifest && typeof manifest.version === "string" ? manifest.version : "unknown";
}
