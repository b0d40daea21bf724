/** Checks a provider: what its platform needs, its endpoint, and its key. */

import { Dialect, PlatformSchema, type Provider } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { enumsByKey } from "../call/enum-words.ts";
import { findVendor } from "../vendor/find-vendor.ts";
import { providerDialect, spokenDialects } from "../vendor/provider-dialect.ts";
import type { Vendor } from "../vendor/vendor.ts";
import { checkEndpoint } from "./check-endpoint.ts";
import { checkHeaders } from "./check-headers.ts";
import { checkKey } from "./check-key.ts";
import type { Problems } from "./problems.ts";
import { readKeyFile } from "./read-key-file.ts";

/** Reports what is wrong with the provider at `path`. */
export function checkProvider(provider: Provider, path: string, problems: Problems): void {
  checkHeaders(provider.headers, `${path}.headers`, problems);
  checkAllowedModels(provider.allowModels, `${path}.allow_models`, problems);
  checkKey(provider.apiKey, `${path}.api_key`, problems);
  checkKeyFile(provider, `${path}.api_key_file`, problems);
  const vendor = findVendor(provider.platform);
  if (vendor === undefined) {
    const known = [...enumsByKey(PlatformSchema).keys()].join(", ");
    problems.report(`${path}.platform`, "is missing", `add platform: one of ${known}`);
    return;
  }
  checkDialect(provider, vendor, `${path}.dialect`, problems);
  if (provider.endpoint !== "") checkEndpoint(provider.endpoint, vendor.allowsCleartext, `${path}.endpoint`, problems);
  else if (vendor.defaultEndpoint === undefined) {
    problems.report(`${path}.endpoint`, `is missing, and platform ${vendor.name} needs it`, "add the base URL");
  }
  if (provider.apiKey === "" && provider.apiKeyFile === "" && vendor.needsKey) {
    const mend = 'add it as "${NAME}", or name its file by api_key_file';
    problems.report(`${path}.api_key`, `is missing, and platform ${vendor.name} needs it`, mend);
  }
}

/** The key of the file is read again when it is used. Never shows the path: it may be a key in the wrong place. */
function checkKeyFile({ apiKey, apiKeyFile }: Provider, path: string, problems: Problems): void {
  if (apiKeyFile === "") return;
  if (apiKey !== "") return problems.report(path, "is given beside api_key", "remove one of the two");
  const content = readKeyFile(apiKeyFile);
  if (content.kind === "unusable") problems.report(path, content.message, content.mend);
}

function checkDialect(provider: Provider, vendor: Vendor, path: string, problems: Problems): void {
  const spoken = spokenDialects(vendor);
  const dialect = providerDialect(provider);
  if (dialect === undefined && provider.dialect === Dialect.UNSPECIFIED) {
    const message = `is missing, and platform ${vendor.name} speaks several`;
    problems.report(path, message, `add dialect: ${spoken.join(" or ")}`);
  } else if (dialect !== undefined && !spoken.includes(dialect)) {
    const message = `platform ${vendor.name} speaks ${spoken.join(" and ")} only`;
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
