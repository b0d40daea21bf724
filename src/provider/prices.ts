/** Prices what an attempt used. */

import { create } from "@bufbuild/protobuf";
import { calcPrice, findProvider, type Provider as PriceList } from "@pydantic/genai-prices";
import type { Prices } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { type Cost, CostSchema, CostSource, type Usage, UsageSource } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import type { RouteSettings } from "./settings.ts";

/** Tokens that are priced, each kind known. */
interface PricedTokens {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

/** Price in US dollars; undefined if there is none. */
type PriceTokens = (tokens: PricedTokens) => number | undefined;

/**
 * Creates the price of one route: by `prices` if they are configured, else by the built-in table. Amounts are
 * `UNKNOWN` where the tokens or the price are.
 */
export function createPricing(settings: RouteSettings, prices: Prices | undefined): (usage: Usage) => Cost {
  const priceTokens = configuredPrice(prices) ?? listedPrice(settings);
  return (usage) => priceUsage(usage, priceTokens);
}

function priceUsage(usage: Usage, priceTokens: PriceTokens): Cost {
  if (usage.source === UsageSource.NONE) return create(CostSchema, { source: CostSource.NONE, microUsd: 0n });
  const unknown = create(CostSchema, { source: CostSource.UNKNOWN });
  if (usage.inputTokens === undefined || usage.outputTokens === undefined) return unknown;
  if (usage.source !== UsageSource.REPORTED && usage.source !== UsageSource.ESTIMATED) return unknown;
  const usd = priceTokens({
    input: Number(usage.inputTokens),
    output: Number(usage.outputTokens),
    cacheRead: Number(usage.cacheReadTokens ?? 0n),
    cacheWrite: Number(usage.cacheWriteTokens ?? 0n),
  });
  if (usd === undefined || !Number.isFinite(usd)) return unknown;
  const source = usage.source === UsageSource.REPORTED ? CostSource.REPORTED : CostSource.ESTIMATED;
  return create(CostSchema, { source, microUsd: BigInt(Math.round(usd * 1_000_000)) });
}

function configuredPrice(prices: Prices | undefined): PriceTokens | undefined {
  const inputUsdPerMtok = prices?.inputUsdPerMtok;
  const outputUsdPerMtok = prices?.outputUsdPerMtok;
  if (inputUsdPerMtok === undefined || outputUsdPerMtok === undefined) return undefined;
  const cacheReadUsdPerMtok = prices?.cacheReadUsdPerMtok ?? inputUsdPerMtok;
  const cacheWriteUsdPerMtok = prices?.cacheWriteUsdPerMtok ?? inputUsdPerMtok;
  return ({ input, output, cacheRead, cacheWrite }) =>
    (Math.max(0, input - cacheRead - cacheWrite) * inputUsdPerMtok +
      cacheRead * cacheReadUsdPerMtok +
      cacheWrite * cacheWriteUsdPerMtok +
      output * outputUsdPerMtok) /
    1_000_000;
}

function listedPrice({ priceList, url, model }: RouteSettings): PriceTokens {
  const provider: PriceList | undefined = findProvider(
    priceList === undefined ? { providerApiUrl: url.href } : { providerId: priceList },
  );
  return ({ input, output, cacheRead, cacheWrite }) => {
    if (provider === undefined) return undefined;
    try {
      const price = calcPrice(
        { input_tokens: input, output_tokens: output, cache_read_tokens: cacheRead, cache_write_tokens: cacheWrite },
        model,
        { provider },
      );
      return price === null || isOtherVersion(model, price.model.id) ? undefined : price.total_price;
    } catch {
      // The table refuses numbers that contradict each other, such as more cached tokens than there were.
      return undefined;
    }
  };
}

/** The table matches by prefix: `claude-sonnet-5-5` would be priced as `claude-sonnet-5`. A date behind is fine. */
function isOtherVersion(model: string, listed: string): boolean {
  return model.startsWith(listed) && /^[-.]\d{1,2}(?!\d)/.test(model.slice(listed.length));
}
