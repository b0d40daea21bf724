/** Declares `understudy approve` and `understudy revoke`. */

import { type Command, Option } from "commander";
import type { EndWith } from "../exit-code.ts";
import { configOption } from "../shared-options.ts";
import {
  type ApproveFlags,
  type ApproveOptions,
  makeApproval,
  parseLifetime,
  parseReason,
  type RevokeOptions,
} from "./approval-options.ts";

/** Local commands that need the configuration. */
export interface ApprovalCommands {
  approve(options: ApproveOptions): Promise<number>;
  revoke(options: RevokeOptions): Promise<number>;
}

const examples = `
Writes WORKLOAD.ROUTE.yaml to the folder \`approvals\` beside the configuration, to be committed with it. A server takes it
in when it starts.

Examples:
  understudy approve summaries claude-on-azure --report report.json --reason "same answers, see report" --expires 90d
  understudy approve summaries claude-on-azure --override --reason "outage of the primary" --expires 2d
  understudy revoke summaries claude-on-azure`;

/** Adds both commands to the program. */
export function addApproveCommands(program: Command, local: ApprovalCommands, endWith: EndWith): void {
  const command = withPlace(program.command("approve"))
    .description("approve a backup of a workload, on the evidence of a comparison")
    .option("--report <file>", "report that understudy compare --json wrote")
    .addOption(new Option("--reason <text>", "why, for those who review it").argParser(parseReason))
    .addOption(
      new Option("--expires <life>", "how long it counts (default 90d; 7d by --override)").argParser(parseLifetime),
    )
    .option("--by <name>", "who approves (default $USER, else the name in Git's configuration)")
    .option("--override", "approve without the verdict PASS, for 7 days at most")
    .addHelpText("after", examples);
  command.action(async (workload: string, route: string, flags: ApproveFlags) => {
    endWith(await local.approve(makeApproval(command, workload, route, flags)));
  });
  const revoke = withPlace(program.command("revoke")).description("take the approval of a backup back");
  revoke.action(async (workload: string, route: string, { config, approvals }: ApproveFlags) => {
    endWith(await local.revoke({ workload, route, config, approvals }));
  });
}

function withPlace(command: Command): Command {
  return command
    .argument("<workload>", "the workload")
    .argument("<route>", "the route that may stand in for its primary")
    .addOption(configOption())
    .option("--approvals <folder>", "folder of approvals (default that of the configuration)");
}
