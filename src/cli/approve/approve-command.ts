/** Declares `understudy approve` and `understudy revoke`. */

import { type Command, InvalidArgumentError, Option } from "commander";
import {
  Verdict_Result as VerdictResult,
  Verdict_ResultSchema as VerdictResultSchema,
} from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { enumName } from "../../call/enum-words.ts";
import { configOption } from "../config-option.ts";
import type { EndWith } from "../end-with.ts";
import type { Evidence } from "./evidence.ts";
import { findApprover } from "./find-approver.ts";
import { parseLifetime } from "./parse-lifetime.ts";
import { readEvidence } from "./read-evidence.ts";

/** What `understudy revoke` takes back. */
export interface RevokeOptions {
  readonly workload: string;
  readonly route: string;
  /** Path of the configuration. */
  readonly config?: string | undefined;
  /** Folder of approvals; default that of the configuration. */
  readonly approvals?: string | undefined;
}

/** What `understudy approve` writes down. */
export interface ApproveOptions extends RevokeOptions {
  readonly approvedBy: string;
  readonly reason: string;
  /** In milliseconds since the epoch. */
  readonly approvedAtMs: number;
  /** In milliseconds since the epoch. */
  readonly expiresAtMs: number;
  /** What the approval rests on; undefined if it rests on nothing. */
  readonly evidence: Evidence | undefined;
}

/** Local commands that need the configuration. */
export interface ApprovalCommands {
  approve(options: ApproveOptions): Promise<number>;
  revoke(options: RevokeOptions): Promise<number>;
}

interface ApproveFlags {
  readonly report?: string;
  readonly reason?: string;
  readonly expires?: number;
  readonly by?: string;
  readonly override?: true;
  readonly config?: string;
  readonly approvals?: string;
}

const DAY_MS = 24 * 3_600_000;

/** A quarter: by then vendors, prompts and samples have moved on. */
const USUAL_LIFETIME_MS = 90 * DAY_MS;

/** Long enough for an outage and for a comparison. The configuration's reader cuts longer ones off. */
const MAX_OVERRIDE_MS = 7 * DAY_MS;

/** Longest reason in characters: it is read in a review. */
const MAX_REASON_CHARACTERS = 500;

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

function makeApproval(command: Command, workload: string, route: string, flags: ApproveFlags): ApproveOptions {
  const { report, reason, override = false, config, approvals } = flags;
  const approvedBy = flags.by || findApprover();
  if (reason === undefined) command.error("error: say why: give --reason <text>");
  if (approvedBy === undefined) command.error("error: say who approves: give --by <name>");
  if (report === undefined && !override) {
    command.error("error: show a comparison: give --report <file>, or --override to approve without for 7 days");
  }
  const evidence = report === undefined ? undefined : readEvidence(report, workload, route);
  const passed = evidence?.verdict === VerdictResult.PASS;
  if (!passed && !override) {
    const verdict = enumName(VerdictResultSchema, evidence?.verdict ?? VerdictResult.UNSPECIFIED);
    throw new Error(`the verdict on ${route} is ${verdict}: add --override to approve it for 7 days at most`);
  }
  const lifetimeMs = flags.expires ?? (passed ? USUAL_LIFETIME_MS : MAX_OVERRIDE_MS);
  if (!passed && lifetimeMs > MAX_OVERRIDE_MS) {
    command.error("error: without the verdict PASS an approval ends within 7 days: give --expires 7d or less");
  }
  const approvedAtMs = Date.now();
  const expiresAtMs = approvedAtMs + lifetimeMs;
  return { workload, route, config, approvals, approvedBy, reason, approvedAtMs, expiresAtMs, evidence };
}

function parseReason(text: string): string {
  const reason = text.trim();
  if (reason !== "" && reason.length <= MAX_REASON_CHARACTERS) return reason;
  throw new InvalidArgumentError(`Give 1 to ${MAX_REASON_CHARACTERS} characters.`);
}
