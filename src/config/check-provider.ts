/** Checks a provider: what its platform needs, its endpoint, and its key. */

import { Dialect, PlatformSchema, type Provider } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { findVendor } from "../vendor/find-vendor.ts";
import { providerDialect, spokenDialects } from "../vendor/provider-dialect.ts";
import type { Vendor } from "../vendor/vendor.ts";
import { checkEndpoint } from "./check-endpoint.ts";
import { checkHeaders } from "./check-headers.ts";
import { checkKey } from "./check-key.ts";
import { enumNames } from "./enum-names.ts";
import type { Problems } from "./problems.ts";

/** Reports what is wrong with the provider at `path`. */
export function checkProvider(provider: Provider, path: string, problems: Problems): void {
  checkHeaders(provider.headers, `${path}.headers`, problems);
  checkAllowedModels(provider.allowModels, `${path}.allow_models`, problems);
  checkKey(provider.apiKey, `${path}.api_key`, problems);
  const vendor = findVendor(provider.platform);
  if (vendor === undefined) {
    const known = [...enumNames(PlatformSchema).keys()].join(", ");
    problems.report(`${path}.platform`, "is missing", `add platform: one of ${known}`);
    return;
  }
  checkDialect(provider, vendor, `${path}.dialect`, problems);
  if (provider.endpoint !== "") checkEndpoint(provider.endpoint, vendor.allowsCleartext, `${path}.endpoint`, problems);
  else if (vendor.defaultEndpoint === undefined) {
    problems.report(`${path}.endpoint`, `is missing, and platform ${vendor.name} needs it`, "add the base URL");
  }
  if (provider.apiKey === "" && vendor.needsKey) {
    problems.report(`${path}.api_key`, `is missing, and platform ${vendor.name} needs it`, 'add it as "${NAME}"');
  }
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
