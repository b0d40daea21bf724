/** Checks a configured route: its provider, its cap, what it can carry, and its prices. */

import {
  type Capabilities,
  type Config,
  PrefillForm,
  type Prices,
  PricesSchema,
  type Route,
} from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { providerDialect } from "../vendor/provider-dialect.ts";
import { suggest } from "./nearest.ts";
import type { Problems } from "./problems.ts";
import { beginsAsKey } from "./show-text.ts";

/** More attempts at once than one process carries. */
const MAX_CONCURRENCY = 10_000;

/** A hundred times the dearest model: beyond it the unit was mistaken. */
const MAX_USD_PER_MTOK = 100_000;

/** Reports what is wrong with the route at `path`. */
export function checkRoute(config: Config, route: Route, path: string, problems: Problems): void {
  checkProviderOf(config, route, path, problems);
  checkModel(route.model, `${path}.model`, problems);
  const { maxConcurrency } = route;
  if (maxConcurrency !== undefined && (maxConcurrency < 1 || maxConcurrency > MAX_CONCURRENCY)) {
    problems.report(`${path}.max_concurrency`, "is out of range", "give a number from 1 to 10,000");
  }
  if (route.capabilities !== undefined) checkCapabilities(route.capabilities, `${path}.capabilities`, problems);
  if (route.prices !== undefined) checkPrices(route.prices, `${path}.prices`, problems);
}

function checkModel(model: string, path: string, problems: Problems): void {
  if (model.trim() === "") return problems.report(path, "is missing", "add the model's name");
  if (/\s|\p{Cc}/u.test(model)) problems.report(path, "has white space or control characters", "write the name alone");
  if (beginsAsKey(model)) {
    problems.report(
      path,
      "is a key, not a model's name",
      "write the model here, and the key in api_key of the provider",
    );
  }
}

function checkProviderOf(config: Config, route: Route, path: string, problems: Problems): void {
  const at = `${path}.provider`;
  const names = Object.keys(config.providers);
  if (route.provider === "") return problems.report(at, "is missing", "add the name of a provider");
  const provider = Object.hasOwn(config.providers, route.provider) ? config.providers[route.provider] : undefined;
  if (provider === undefined) {
    if (problems.isBroken("providers") || problems.isBroken(`providers.${route.provider}`)) return;
    const message = `provider ${problems.quote(at, route.provider)} is not configured`;
    return problems.report(at, message, suggest(route.provider, names, "add it under providers"));
  }
  if (route.prefillForm !== PrefillForm.UNSPECIFIED && providerDialect(provider) === "anthropic-messages") {
    problems.report(`${path}.prefill_form`, "has a meaning for the dialect openai-chat only", "remove it");
  }
}

function checkCapabilities(capabilities: Capabilities, path: string, problems: Problems): void {
  const { contextWindowTokens, maxOutputTokens } = capabilities;
  const mend = "give a number of tokens from 1";
  if (contextWindowTokens !== undefined && contextWindowTokens < 1n) {
    problems.report(`${path}.context_window_tokens`, "is out of range", mend);
  }
  if (maxOutputTokens === undefined) return;
  if (maxOutputTokens < 1n) problems.report(`${path}.max_output_tokens`, "is out of range", mend);
  if (contextWindowTokens !== undefined && maxOutputTokens > contextWindowTokens) {
    problems.report(`${path}.max_output_tokens`, "is larger than context_window_tokens", "make one of them fit");
  }
}

function checkPrices(prices: Prices, path: string, problems: Problems): void {
  for (const [field, required] of [
    ["inputUsdPerMtok", true],
    ["outputUsdPerMtok", true],
    ["cacheReadUsdPerMtok", false],
    ["cacheWriteUsdPerMtok", false],
  ] as const) {
    const price = prices[field];
    const at = `${path}.${PricesSchema.field[field].name}`;
    if (price === undefined) {
      if (required) problems.report(at, "is missing", "prices need both input and output");
    } else if (!(price >= 0 && price <= MAX_USD_PER_MTOK)) {
      problems.report(at, "is out of range", "give US dollars for a million tokens, from 0 to 100,000");
    }
  }
}
