/** Finds the vendor of a platform. */

import { Platform } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { anthropic } from "./anthropic.ts";
import { azure } from "./azure.ts";
import { compatible } from "./compatible.ts";
import { openai } from "./openai.ts";
import type { Vendor } from "./vendor.ts";

type KnownPlatform = Exclude<(typeof Platform)[keyof typeof Platform], typeof Platform.UNSPECIFIED>;

const VENDORS: Readonly<Record<KnownPlatform, Vendor>> = {
  [Platform.ANTHROPIC]: anthropic,
  [Platform.OPENAI]: openai,
  [Platform.AZURE]: azure,
  [Platform.COMPATIBLE]: compatible,
};

const BY_NUMBER: Readonly<Record<number, Vendor | undefined>> = VENDORS;

/** The vendor; undefined for the unspecified platform and for numbers that the enum does not have. */
export function findVendor(platform: number): Vendor | undefined {
  return BY_NUMBER[platform];
}
