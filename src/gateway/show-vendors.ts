/** `understudy vendors`: shows what is known of each vendor. */

import { ExitCode } from "../cli/exit-code.ts";
import type { VendorsOptions } from "../cli/program.ts";
import { formatTable } from "../cli/terminal/table.ts";
import { createTerminal, type Terminal } from "../cli/terminal/terminal.ts";
import { VENDORS } from "../vendor/find-vendor.ts";
import { spokenDialects } from "../vendor/provider-dialect.ts";
import type { RequestRules } from "../vendor/request-rules.ts";
import type { DialectName, Vendor, VendorDialect } from "../vendor/vendor.ts";

/** Prints all vendors as a table, or all that is known of one. */
export async function showVendors(
  { platform, json: asJson = false }: VendorsOptions,
  { out, err }: Terminal = createTerminal(),
): Promise<number> {
  const chosen = platform === undefined ? VENDORS : VENDORS.filter(({ name }) => name === platform);
  const [first] = chosen;
  if (first === undefined) {
    const names = VENDORS.map(({ name }) => name).join(", ");
    await err.write(`${platform} is not a known platform; use one of ${names}\n`);
    return ExitCode.usage;
  }
  const lines = asJson
    ? chosen.map((vendor) => JSON.stringify(describe(vendor)))
    : platform === undefined
      ? listVendors(out.paint)
      : tellAll(first);
  await out.write(lines.map((line) => `${line}\n`).join(""));
  return ExitCode.ok;
}

function listVendors(paint: Terminal["out"]["paint"]): string[] {
  const rows = VENDORS.map((vendor) => [
    vendor.name,
    spokenDialects(vendor).join(", "),
    vendor.defaultEndpoint ?? "(give one)",
    leftOut(vendor).join(", "),
  ]);
  return formatTable(["PLATFORM", "DIALECT", "ENDPOINT", "LEFT OUT"], rows, { paint });
}

/** Fields that a vendor takes in none of its dialects. `cache` is no field of Chat Completions. */
function leftOut(vendor: Vendor): readonly string[] {
  const [first = [], ...others] = Object.values(vendor.dialects).map(({ rules }) => rules.without);
  return first.filter((field) => field !== "cache" && others.every((without) => without.includes(field)));
}

function tellAll(vendor: Vendor): string[] {
  const { name, source, hosts, needsKey, defaultEndpoint } = vendor;
  const head = [
    ["platform", name],
    ["source", source],
    ["endpoint", defaultEndpoint ?? "each customer has one: give it in the configuration"],
    ["hosts", hosts.join(", ") || "any"],
    ["key", needsKey ? "needed" : "not needed"],
  ];
  const dialects = spokenDialects(vendor).flatMap((dialect) => tellDialect(dialect, vendor.dialects[dialect]));
  return [...head, ...dialects].map(([label = "", text = ""]) => `${label.padEnd(LABEL_WIDTH)}${text}`);
}

const LABEL_WIDTH = 20;

function tellDialect(name: DialectName, dialect: VendorDialect | undefined): string[][] {
  if (dialect === undefined) return [];
  const { rules, families } = dialect;
  return [
    ["", ""],
    ["dialect", name],
    ["limit of tokens", dialect.maxTokensName],
    ...tellRules(rules),
    ["cache", dialect.cacheMark === "none" ? keyOf(dialect) : `marked by ${dialect.cacheMark}`],
    ...families.flatMap(({ pattern, rules: own }) => [["", ""], ["models", pattern.source], ...tellRules(own)]),
  ];
}

function keyOf({ cachesByKey }: VendorDialect): string {
  return cachesByKey ? "by prompt_cache_key" : "nothing to mark";
}

/** The rules that are given, a line each. */
function tellRules(rules: Partial<RequestRules>): string[][] {
  const { without, temperatureMax, maxStops, callId, serviceTiers, reasoningBack } = rules;
  const lines: (readonly [string, string | undefined])[] = [
    ["left out", without?.filter((field) => field !== "cache").join(", ") || undefined],
    ["temperature", temperatureMax === undefined ? undefined : `0 to ${temperatureMax}`],
    ["top_p", rules.topPBesideTemperature === false ? "not beside temperature" : undefined],
    ["while it thinks", rules.samplingWhileThinking === false ? "no temperature, no top_p" : undefined],
    ["stop sequences", maxStops === undefined ? undefined : `${maxStops}, the others are matched by the gateway`],
    ["blank stops", rules.blankStops === false ? "matched by the gateway" : undefined],
    ["service tiers", serviceTiers?.join(", ")],
    ["late system turns", rules.lateSystem === false ? "put at the beginning" : undefined],
    ["empty turns", rules.emptyTurns === false ? "left out" : undefined],
    ["names of speakers", rules.names === false ? "left out" : undefined],
    ["schema without", rules.schema?.without.join(", ") || undefined],
    ["ids of calls", callId && `made to fit ${callId.pattern.source}`],
    ["reasoning of calls", reasoningBack === "demanded" ? "must come back" : undefined],
    ["thought signatures", rules.thoughtSignatures === true ? "must come back" : undefined],
  ];
  return lines.flatMap(([label, text]) => (text === undefined ? [] : [[label, text]]));
}

/** A vendor as JSON: patterns as their source. */
function describe({ name, source, hosts, defaultEndpoint, needsKey, dialects }: Vendor): object {
  const told = Object.entries(dialects).map(
    ([dialect, { rules, families, maxTokensName, cacheMark, cachesByKey }]) => ({
      dialect,
      max_tokens_name: maxTokensName,
      cache_mark: cacheMark,
      caches_by_key: cachesByKey,
      rules: { ...rules, callId: rules.callId.pattern.source },
      models: families.map((family) => ({
        pattern: family.pattern.source,
        ...family.rules,
        ...(family.rules.callId && { callId: family.rules.callId.pattern.source }),
      })),
    }),
  );
  return { platform: name, source, hosts, endpoint: defaultEndpoint ?? null, needs_key: needsKey, dialects: told };
}
