/** Keeps the results of a comparison until it is done, so that an interrupted one goes on without paying twice. */

import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fromJsonString, toJsonString } from "@bufbuild/protobuf";
import { type SampleResult, SampleResultSchema } from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { UsageFault } from "../exit-code.ts";

/** How long answers are kept, in milliseconds: 7 days. */
const KEPT_MS = 7 * 24 * 3_600_000;

/** First line of the file. */
interface RunHeader {
  /** Hash of what is compared: results of something else do not count. */
  readonly key: string;
  readonly seed: string;
  readonly startMs: number;
}

/** A run that can be gone on with. Its file is readable by its owner alone. */
export interface RunFile {
  readonly path: string;
  readonly seed: bigint;
  /** Results of before. */
  readonly done: readonly SampleResult[];
  append(result: SampleResult): void;
  /** Marks the run as whole: the next comparison at the usual place begins afresh. */
  finish(): void;
}

export interface OpenRunOptions {
  /** Where the file is; default a place of its own for each key below the user's state folder. */
  readonly path?: string | undefined;
  readonly key: string;
  /** The seed of a new run. */
  readonly seed: bigint;
  /** The seed that must be used, if one was asked for. */
  readonly wantedSeed?: bigint | undefined;
}

/**
 * Opens the run of a key, or begins one. Removes runs at the usual place, and the named one, once they are older than 7
 * days. Fails with `UsageFault` if the named file holds another comparison.
 */
export function openRunFile({ path: named, key, seed, wantedSeed }: OpenRunOptions): RunFile {
  removeOldRuns();
  const path = named ?? join(runsFolder(), `${key.slice(0, 16)}.jsonl`);
  const found = readRun(path);
  if (found !== undefined && !isOld(found.header.startMs)) {
    const isSame = found.header.key === key && (wantedSeed === undefined || String(wantedSeed) === found.header.seed);
    if (isSame && (named !== undefined || !found.finished)) return makeRunFile(path, found);
    if (named !== undefined) {
      throw new UsageFault(`${path} holds a comparison of something else: remove it, or name another file by --run`);
    }
  }
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  rmSync(path, { force: true });
  const header: RunHeader = { key, seed: String(seed), startMs: Date.now() };
  writeFileSync(path, `${JSON.stringify(header)}\n`, { flag: "wx", mode: 0o600 });
  return makeRunFile(path, { header, done: [], finished: false });
}

interface FoundRun {
  readonly header: RunHeader;
  readonly done: readonly SampleResult[];
  readonly finished: boolean;
}

function makeRunFile(path: string, { header, done, finished }: FoundRun): RunFile {
  return {
    path,
    seed: BigInt(header.seed),
    done,
    append: (result) => appendFileSync(path, `${toJsonString(SampleResultSchema, result)}\n`),
    finish: () => {
      if (!finished) appendFileSync(path, `${FINISHED}\n`);
    },
  };
}

const FINISHED = JSON.stringify({ finished: true });

function readRun(path: string): FoundRun | undefined {
  let lines: string[];
  try {
    lines = readFileSync(path, "utf8").split("\n");
  } catch {
    return undefined;
  }
  const header = parseHeader(lines[0] ?? "");
  if (header === undefined) throw new UsageFault(`${path} is not a run of a comparison: name another file by --run`);
  return {
    header,
    done: lines.slice(1).flatMap(parseResult),
    finished: lines.includes(FINISHED),
  };
}

function parseHeader(line: string): RunHeader | undefined {
  try {
    const { key, seed, startMs }: Partial<RunHeader> = JSON.parse(line);
    const isHeader = typeof key === "string" && /^\d+$/u.test(seed ?? "") && typeof startMs === "number";
    return isHeader && seed !== undefined ? { key, seed, startMs } : undefined;
  } catch {
    return undefined;
  }
}

/** A line that was cut off by the end of the process is no result. */
function parseResult(line: string): SampleResult[] {
  if (line === "" || line === FINISHED) return [];
  try {
    return [fromJsonString(SampleResultSchema, line)];
  } catch {
    return [];
  }
}

function runsFolder(): string {
  const state = process.env["XDG_STATE_HOME"] || join(homedir(), ".local", "state");
  return join(state, "understudy", "runs");
}

function removeOldRuns(): void {
  const folder = runsFolder();
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return;
  }
  for (const name of names.filter((each) => each.endsWith(".jsonl"))) {
    const path = join(folder, name);
    if (isOld(statSync(path).mtimeMs)) rmSync(path, { force: true });
  }
}

function isOld(ms: number): boolean {
  return Date.now() - ms > KEPT_MS;
}
