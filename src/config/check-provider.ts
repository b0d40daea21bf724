/** Checks a provider: what its platform needs, its endpoint, and its key. */

import { Dialect, DialectSchema, PlatformSchema, type Provider } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { enumKey, enumsByKey } from "../call/enum-words.ts";
import { checkEndpoint } from "./check-endpoint.ts";
import { checkHeaders } from "./check-headers.ts";
import { checkKey } from "./check-key.ts";
import { PLATFORM_RULES } from "./platform-rules.ts";
import type { Problems } from "./problems.ts";

/** Reports what is wrong with the provider at `path`. */
export function checkProvider(provider: Provider, path: string, problems: Problems): void {
  checkHeaders(provider.headers, `${path}.headers`, problems);
  checkAllowedModels(provider.allowModels, `${path}.allow_models`, problems);
  checkKey(provider.apiKey, `${path}.api_key`, problems);
  const rule = PLATFORM_RULES.get(provider.platform);
  if (rule === undefined) {
    const known = [...enumsByKey(PlatformSchema).keys()].join(", ");
    problems.report(`${path}.platform`, "is missing", `add platform: one of ${known}`);
    return;
  }
  const platform = enumKey(PlatformSchema, provider.platform);
  checkDialect(provider.dialect, rule.dialect, platform, `${path}.dialect`, problems);
  if (provider.endpoint !== "") checkEndpoint(provider.endpoint, rule.allowsCleartext, `${path}.endpoint`, problems);
  else if (rule.needsEndpoint) {
    problems.report(`${path}.endpoint`, `is missing, and platform ${platform} needs it`, "add the base URL");
  }
  if (provider.apiKey === "" && rule.needsKey) {
    problems.report(`${path}.api_key`, `is missing, and platform ${platform} needs it`, 'add it as "${NAME}"');
  }
}

function checkDialect(
  dialect: Dialect,
  only: Dialect | undefined,
  platform: string,
  path: string,
  problems: Problems,
): void {
  if (only === undefined && dialect === Dialect.UNSPECIFIED) {
    const known = [...enumsByKey(DialectSchema).keys()].join(" or ");
    problems.report(path, `is missing, and platform ${platform} speaks several`, `add dialect: ${known}`);
  }
  if (only !== undefined && dialect !== Dialect.UNSPECIFIED && dialect !== only) {
    const message = `platform ${platform} speaks ${enumKey(DialectSchema, only)} only`;
    problems.report(path, message, "remove the key, or use another platform");
  }
}

function checkAllowedModels(patterns: readonly string[], path: string, problems: Problems): void {
  for (const [index, pattern] of patterns.entries()) {
    const at = `${path}[${index}]`;
    if (pattern === "") problems.report(at, "is empty", 'name a model, or write "*" for all');
    else if (pattern.slice(0, -1).includes("*")) {
      problems.report(at, "has a * that is not at the end", 'write "prefix*", or the whole name');
    }
  }
}
