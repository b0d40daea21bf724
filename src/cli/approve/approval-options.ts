/** What an approval is made of, from the options of `understudy approve`. */

import { execFileSync } from "node:child_process";
import { type Command, InvalidArgumentError } from "commander";
import {
  Verdict_Result as VerdictResult,
  Verdict_ResultSchema as VerdictResultSchema,
} from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { enumName } from "../../call/enum-words.ts";
import { parseDuration } from "../../time/duration.ts";
import { type Evidence, readEvidence } from "./evidence.ts";

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

/** Options of `understudy approve` as they were given. */
export interface ApproveFlags {
  readonly report?: string;
  readonly reason?: string;
  readonly expires?: number;
  readonly by?: string;
  readonly override?: true;
  readonly config?: string;
  readonly approvals?: string;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A quarter: by then vendors, prompts and samples have moved on. */
const USUAL_LIFETIME_MS = 90 * DAY_MS;

/** Long enough for an outage and for a comparison. The configuration's reader cuts longer ones off. */
const MAX_OVERRIDE_MS = 7 * DAY_MS;

/** Longest life: vendors change a model behind its name within a year. */
const MAX_LIFETIME_MS = 366 * DAY_MS;

/** Longest reason in characters: it is read in a review. */
const MAX_REASON_CHARACTERS = 500;

/** Longest wait for Git in milliseconds: it reads a small file. */
const GIT_TIMEOUT_MS = 2_000;

/** Makes the approval. Ends the command as wrong usage if something is missing; fails if the evidence does not do. */
export function makeApproval(command: Command, workload: string, route: string, flags: ApproveFlags): ApproveOptions {
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

/** Reads a life from 1 h to 366 d, in milliseconds. Fails with `InvalidArgumentError` for texts unlike `12h`, `8w`. */
export function parseLifetime(text: string): number {
  const lifetimeMs = parseDuration(text, ["h", "d", "w"]);
  if (lifetimeMs !== undefined && lifetimeMs >= HOUR_MS && lifetimeMs <= MAX_LIFETIME_MS) return lifetimeMs;
  throw new InvalidArgumentError("Give a life from 1h to 366d, like 12h, 90d or 8w.");
}

/** Reads a reason. Fails with `InvalidArgumentError` if it is empty or too long. */
export function parseReason(text: string): string {
  const reason = text.trim();
  if (reason !== "" && reason.length <= MAX_REASON_CHARACTERS) return reason;
  throw new InvalidArgumentError(`Give 1 to ${MAX_REASON_CHARACTERS} characters.`);
}

/** `$USER`, else the name that Git commits with; undefined if there is neither. */
function findApprover(): string | undefined {
  return process.env["USER"] || askGit() || undefined;
}

function askGit(): string | undefined {
  try {
    return execFileSync("git", ["config", "user.name"], {
      encoding: "utf8",
      timeout: GIT_TIMEOUT_MS,
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return undefined;
  }
}
