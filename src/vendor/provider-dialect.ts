/** Knows which wire format a provider speaks. */

import { Dialect, type Provider } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { findVendor } from "./find-vendor.ts";
import { DIALECT_NAMES, type DialectName, type Vendor } from "./vendor.ts";

type KnownDialect = Exclude<(typeof Dialect)[keyof typeof Dialect], typeof Dialect.UNSPECIFIED>;

const NAMES: Readonly<Record<KnownDialect, DialectName>> = {
  [Dialect.OPENAI_CHAT]: "openai-chat",
  [Dialect.ANTHROPIC_MESSAGES]: "anthropic-messages",
};

const BY_NUMBER: Readonly<Record<number, DialectName | undefined>> = NAMES;

/** The wire formats of a vendor, in the order of the configuration's enum. */
export function spokenDialects({ dialects }: Vendor): readonly DialectName[] {
  return DIALECT_NAMES.filter((name) => dialects[name] !== undefined);
}

/** The wire format of a provider: as configured, else its vendor's only one; undefined if there are several. */
export function providerDialect({ platform, dialect }: Provider): DialectName | undefined {
  const configured = BY_NUMBER[dialect];
  if (configured !== undefined) return configured;
  const vendor = findVendor(platform);
  const [only, ...others] = vendor === undefined ? [] : spokenDialects(vendor);
  return others.length === 0 ? only : undefined;
}
