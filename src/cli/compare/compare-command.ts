/** Declares `understudy compare` and `understudy compare init`. */

import { type Command, InvalidArgumentError, Option } from "commander";
import { type ClientOptions, runClient } from "../client/run-client.ts";
import { type EndWith, ExitCode } from "../exit-code.ts";
import { parseNames, parseWholeNumber } from "../option-values.ts";
import { addClientOptions } from "../shared-options.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { compare } from "./compare.ts";
import type { CompareOptions } from "./comparison-request.ts";
import { initSamples } from "./init-samples.ts";

const examples = `
Runs every sample twice on the workload's primary and once on each backup, and judges each backup by how much more it
differs than the primary does from itself. The report goes to stdout, progress to stderr. Ctrl-C keeps what is done: the
same command goes on from there.

Examples:
  understudy compare init --workload summaries
  understudy compare --workload summaries --samples summaries.samples.jsonl --max-cost 5 --html report.html
  understudy compare --workload summaries --samples-of usual --max-tokens 2000000 --switch

Exit codes: ${ExitCode.ok} every backup passes, ${ExitCode.failure} one fails, ${ExitCode.inconclusive} too few samples to tell.`;

/** Adds the command to the program. */
export function addCompareCommand(program: Command, terminal: Terminal, endWith: EndWith): void {
  const command = program
    .command("compare")
    .description("test whether backups will do, before they are needed")
    .option("-w, --workload <name>", "workload whose primary is the standard")
    .option("--samples <file>", "file with one sample a line, as JSON")
    .option("--samples-of <name>", "sample set in the server's configuration")
    .addOption(new Option("--backups <routes>", "routes to judge, with commas between").argParser(parseNames))
    .option("--switch", "also cut each answer on the primary and let the backup finish it")
    .addOption(new Option("--max-cost <usd>", "most money to spend, in US dollars").argParser(parseMicroUsd))
    .addOption(
      new Option("--max-tokens <count>", "most tokens to spend; needed where a price is not known").argParser(
        parseWholeNumber(1, Number.MAX_SAFE_INTEGER),
      ),
    )
    .addOption(
      new Option("--seed <number>", "seed of the order and the cuts").argParser(
        parseWholeNumber(0, Number.MAX_SAFE_INTEGER),
      ),
    )
    .option("--include-text", "show prompts and answers in reports")
    .option("--json <file>", "write the report as JSON")
    .option("--markdown <file>", "write the report as Markdown")
    .option("--html <file>", "write the report as one page with charts")
    .option("--run <file>", "where answers are kept until the comparison is done, for 7 days at most");
  addClientOptions(command)
    .addHelpText("after", examples)
    .action(async (options: CompareOptions & ClientOptions) => {
      if (options.workload === undefined) command.error("error: say what to compare: give --workload <name>");
      if ((options.samples === undefined) === (options.samplesOf === undefined)) {
        command.error("error: give either --samples <file> or --samples-of <name>");
      }
      let verdict: number = ExitCode.ok;
      const ended = await runClient(terminal, connection(options), async (server, signal) => {
        verdict = await compare(server, options, terminal, signal);
      });
      endWith(ended === ExitCode.ok ? verdict : ended);
    });
  addInitCommand(command, terminal, endWith);
}

function addInitCommand(compareCommand: Command, terminal: Terminal, endWith: EndWith): void {
  const command = compareCommand
    .command("init")
    .description("write samples to begin with")
    .option("-w, --workload <name>", "workload that the samples are for")
    .option("-o, --output <file>", "file to write; it must not exist (default WORKLOAD.samples.jsonl)");
  addClientOptions(command).action(async (_options: unknown, self: Command) => {
    // The names of the options are those of the command around it, which takes their values.
    const options: ClientOptions & { workload?: string; output?: string } = self.optsWithGlobals();
    const { workload, output } = options;
    if (workload === undefined) return command.error("error: say what the samples are for: give --workload <name>");
    endWith(
      await runClient(terminal, connection(options), (server, signal) =>
        initSamples(server, { workload, output }, terminal, signal),
      ),
    );
  });
}

/** `--json` names a file here, so failures are told in words. */
function connection({ server, key }: Pick<ClientOptions, "server" | "key">): ClientOptions {
  return { server, key };
}

/** US dollars, as millionths. */
function parseMicroUsd(text: string): bigint {
  const microUsd = Math.round(Number(text) * 1e6);
  if (/^\d+(\.\d+)?$/u.test(text) && microUsd >= 1 && microUsd <= 1e12) return BigInt(microUsd);
  throw new InvalidArgumentError("Give US dollars from 0.000001 to 1000000, like 2.50.");
}
