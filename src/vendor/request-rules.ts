/** What an upstream takes of a request, as data. What it does not take is left out, changed or put elsewhere. */

import type { AdjustableField } from "../call/adjustment.ts";

/** The form of a tool call's id. */
export interface CallIdRule {
  readonly pattern: RegExp;
  /** Length of ids that are made where one does not fit. */
  readonly length: number;
  /** Begins every id that is made. */
  readonly prefix: string;
}

/** Which JSON schemas an upstream takes for an answer. */
export interface SchemaRule {
  /** Keywords that it refuses. */
  readonly without: readonly string[];
  /** Whether every object must say that it has no other properties. */
  readonly closed: boolean;
  /** Whether it follows a schema strictly only if every object is closed and requires all of its properties. */
  readonly strictIfComplete: boolean;
}

export interface RequestRules {
  /** Fields that are not taken. */
  readonly without: readonly AdjustableField[];
  /** Name of the parameter for the most tokens of an answer; undefined if the vendor's is taken. */
  readonly maxTokensName?: "max_tokens" | "max_completion_tokens";
  /** Highest temperature. */
  readonly temperatureMax: number;
  /** Whether `top_p` is taken beside `temperature`. */
  readonly topPBesideTemperature: boolean;
  /** Whether `temperature` and `top_p` are taken while the model thinks because the request asks for it. */
  readonly samplingWhileThinking: boolean;
  /** Most stop sequences; those behind them are matched by the gateway. */
  readonly maxStops: number;
  /** Whether a stop sequence may be nothing but white space. */
  readonly blankStops: boolean;
  /** The classes of service that it knows; undefined if any word may be sent. */
  readonly serviceTiers: readonly string[] | undefined;
  /** Whether a system message is taken between other turns. */
  readonly lateSystem: boolean;
  /** Whether a turn may be empty or nothing but white space. */
  readonly emptyTurns: boolean;
  /** Whether a message may name its speaker. */
  readonly names: boolean;
  readonly callId: CallIdRule;
  /** What of a JSON schema for the answer is not taken. The gateway checks the answer against the whole schema. */
  readonly schema: SchemaRule;
  /**
   * Whether the reasoning of a turn that called tools comes back with it, in `reasoning_content`: it is refused, it may,
   * or it must, so that a stand-in takes its place where there is none.
   */
  readonly reasoningBack: "refused" | "taken" | "demanded";
  /** Whether tool calls must come back with the thought signature that came with them. */
  readonly thoughtSignatures: boolean;
}

/** Rules of one family of models, on whatever server it runs. */
export interface ModelRequestRules {
  readonly pattern: RegExp;
  readonly rules: Partial<RequestRules>;
}

/** Rules of a vendor's dialect and of the families of models whose names match; the later ones replace the earlier. */
export function resolveRules(base: RequestRules, families: readonly ModelRequestRules[], model: string): RequestRules {
  const name = model.toLowerCase();
  const matching = families.filter(({ pattern }) => pattern.test(name)).map(({ rules }) => rules);
  const without = [...new Set([base, ...matching].flatMap((rules) => rules.without ?? []))];
  return Object.assign({ ...base }, ...matching, { without });
}
