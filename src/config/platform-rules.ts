/** What each platform asks of its providers. */

import { Dialect, Platform } from "../../gen/ts/understudy/config/v1/config_pb.ts";

/** What a platform asks of its providers. */
export interface PlatformRule {
  /** The only dialect that it speaks, if there is only one. */
  readonly dialect: Dialect | undefined;
  readonly needsEndpoint: boolean;
  readonly needsKey: boolean;
  /** Whether `http://` is allowed to other machines. */
  readonly allowsCleartext: boolean;
}

const OWN_API = { needsEndpoint: false, needsKey: true, allowsCleartext: false };

/** The rules by the number of the platform. */
export const PLATFORM_RULES: ReadonlyMap<number, PlatformRule> = new Map([
  [Platform.ANTHROPIC, { ...OWN_API, dialect: Dialect.ANTHROPIC_MESSAGES }],
  [Platform.OPENAI, { ...OWN_API, dialect: Dialect.OPENAI_CHAT }],
  [Platform.AZURE, { dialect: undefined, needsEndpoint: true, needsKey: true, allowsCleartext: false }],
  [Platform.COMPATIBLE, { dialect: undefined, needsEndpoint: true, needsKey: false, allowsCleartext: true }],
]);
