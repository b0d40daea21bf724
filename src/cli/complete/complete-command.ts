/** Declares `understudy complete`. */

import { type Command, Option } from "commander";
import { type ClientOptions, runClient } from "../client/run-client.ts";
import type { EndWith } from "../exit-code.ts";
import { parseDeadline, parseDecimal, parseNames, parseWholeNumber } from "../option-values.ts";
import { addClientOptions } from "../shared-options.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { type CompleteOptions, complete } from "./complete.ts";

/** Largest `max_output_tokens`: that of its type, a signed 32-bit number. */
const maxOutputTokens = 2 ** 31 - 1;

const examples = `
The answer goes to stdout, everything about it (switches, summary, errors) to stderr.

Examples:
  understudy complete --workload summaries "Sum up the plot of Hamlet"
  understudy complete --workload summaries - < report.txt > summary.txt
  understudy complete --primary claude-direct --backups claude-on-azure --deadline 30s "Hello"
  understudy complete --workload summaries --json "Hello" | jq -j '.textDelta.text // empty'`;

/** Adds the command to the program. */
export function addCompleteCommand(program: Command, terminal: Terminal, endWith: EndWith): void {
  const command = program
    .command("complete")
    .description("ask for an answer and show it while it comes")
    .argument("[prompt]", "the prompt; - or nothing reads it from standard input")
    .option("-w, --workload <name>", "configured use that the call belongs to; needed unless --primary is given")
    .option("--system <text>", "standing instructions for the model")
    .option("--primary <route>", "route that is asked first")
    .addOption(new Option("--backups <routes>", "routes that follow, with commas between").argParser(parseNames))
    .addOption(
      new Option("--max-output-tokens <count>", "most tokens of the answer").argParser(
        parseWholeNumber(1, maxOutputTokens),
      ),
    )
    .addOption(new Option("--temperature <number>", "randomness, 0 to 2").argParser(parseDecimal(0, 2)))
    .addOption(new Option("--deadline <time>", "longest time of the call, like 30s").argParser(parseDeadline))
    .option("--json", "show events as JSON, one a line")
    .option("--unary", "ask for the answer in one piece");
  addClientOptions(command)
    .addHelpText("after", examples)
    .action(async (prompt: string | undefined, options: CompleteOptions & ClientOptions) => {
      if (options.workload === undefined && options.primary === undefined) {
        command.error("error: say what to ask: give --workload <name> or --primary <route>");
      }
      endWith(
        await runClient(terminal, options, (server, signal) => complete(server, prompt, options, terminal, signal)),
      );
    });
}
