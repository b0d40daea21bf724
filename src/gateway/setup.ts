/** A configuration with everything on disk that belongs to it. */

import { dirname, resolve } from "node:path";
import { type Config, RequireApproval } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { approvalsFolder } from "../config/approval-path.ts";
import type { LoadedConfig } from "../config/load-config.ts";
import type { GrantedApproval } from "../config/parse-approval.ts";
import type { Problem } from "../config/problem.ts";
import { readApprovals } from "../config/read-approvals.ts";
import { readTlsFiles, type TlsPair } from "../config/read-tls-files.ts";
import { type ServerSettings, serverSettings } from "../config/server-defaults.ts";
import { type Approvals, makeApprovals } from "../plan/approvals.ts";
import { checkApprovals } from "../plan/check-approvals.ts";
import type { Finding } from "../plan/check-routes.ts";
import { findSettings } from "../plan/find-settings.ts";
import { hashShape } from "../provider/hash-shape.ts";
import type { ConfigSource } from "./config-source.ts";

export interface Setup {
  readonly loaded: LoadedConfig;
  readonly settings: ServerSettings;
  readonly tls: TlsPair | undefined;
  /** The approvals that were found; none where nobody asks for them. */
  readonly granted: readonly GrantedApproval[];
  readonly approvals: Approvals;
  /** What can be used, but is hardly meant. */
  readonly warnings: readonly Problem[];
  /** Files and folders that are read again when one of them changes. */
  readonly files: readonly string[];
}

/** Reads everything and checks it. Throws `ConfigError`; nothing has changed then. */
export function loadSetup(source: ConfigSource): Setup {
  const loaded = source.load();
  const { config } = loaded;
  const folder = approvalsFolder(config, loaded.file);
  const required = config.requireApproval;
  const granted = required === RequireApproval.OFF ? [] : readApprovals(folder);
  const shapeOf = (name: string): string | undefined => findShape(config, name);
  const approvals = makeApprovals({ required, workloads: config.workloads, granted, shapeOf });
  return {
    loaded,
    settings: serverSettings(config),
    tls: readTlsFiles(loaded),
    granted,
    approvals,
    warnings: [...loaded.warnings, ...placeFindings(loaded, checkApprovals(config, approvals))],
    files: source.path === undefined ? [] : listFiles(source.path, folder, loaded),
  };
}

/** Gives findings the place of what they are about. */
export function placeFindings({ file, positionOf }: LoadedConfig, findings: readonly Finding[]): Problem[] {
  return findings.map((finding) => ({ ...finding, ...positionOf(finding.path), file }));
}

/** Files of the sample sets; a relative path begins at the configuration's folder. */
export function locateSampleSets({ config, file }: LoadedConfig): Map<string, string> {
  return new Map(Object.entries(config.sampleSets).map(([name, set]) => [name, resolve(dirname(file), set.file)]));
}

/** Sample sets and key files are read when they are used, so they need not be here. */
function listFiles(path: string, approvals: string, { config }: LoadedConfig): string[] {
  const { certFile, keyFile } = config.server?.tls ?? {};
  return [path, approvals, certFile, keyFile].flatMap((file) => (file === undefined ? [] : resolve(file)));
}

function findShape(config: Config, name: string): string | undefined {
  const settings = findSettings(config, name);
  return settings && hashShape(settings);
}
