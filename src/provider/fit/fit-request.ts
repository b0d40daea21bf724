/** Fits a request to a route: leaves out or changes what its upstream does not take, and says so. Pure. */

import { type CompleteRequest, Verbosity } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import {
  ReasoningOptions_Effort as Effort,
  type Message,
  type Part,
  Role,
} from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import type { AdjustableField, Adjustment, Refusal } from "../../call/adjustment.ts";
import type { UpstreamRequest } from "../../call/upstream.ts";
import { type OpaqueOwner, openOpaque } from "../opaque.ts";
import type { RouteSettings } from "../settings.ts";
import { fitHistory } from "./fit-history.ts";
import { fitSchema } from "./fit-schema.ts";

/** A request as one upstream takes it. */
export interface FittedRequest extends UpstreamRequest {
  /** Fields that are not to be written. */
  readonly without: ReadonlySet<AdjustableField>;
  /** Stop sequences that the gateway looks for itself. */
  readonly gatewayStops: readonly string[];
}

export interface Fitting {
  readonly request: FittedRequest;
  /** What became of the caller's own fields. */
  readonly adjustments: readonly Adjustment[];
}

/** Fits a request. `refused` is what the upstream refused before. */
export function fitRequest(
  upstreamRequest: UpstreamRequest,
  settings: RouteSettings,
  refused: ReadonlyMap<AdjustableField, Refusal>,
): Fitting {
  const { rules } = settings;
  const fitter = new Fitter(upstreamRequest, settings, refused);
  fitter.fitFields();
  const gatewayStops = fitter.fitStops();
  const { request, maxOutputTokens, adjustments, without } = fitter;
  request.messages = fitHistory(request.messages, rules, without);
  return { request: { ...upstreamRequest, request, maxOutputTokens, without, gatewayStops }, adjustments };
}

/** What would be adjusted on a route, without making a request of it. */
export function findAdjustments(request: CompleteRequest, settings: RouteSettings): readonly Adjustment[] {
  const { maxOutputTokens } = request;
  const asked = { request, maxOutputTokens, continuation: undefined, connectTimeoutMs: 0 };
  const fitter = new Fitter({ ...asked, withoutReasoning: false, cache: "off", refusals: [] }, settings, new Map());
  fitter.fitFields();
  return fitter.adjustments;
}

const REFUSED = "left out: the upstream refused it";

/** The efforts from the least to the most. */
const EFFORTS = [
  Effort.NONE,
  Effort.MINIMAL,
  Effort.LOW,
  Effort.MEDIUM,
  Effort.HIGH,
  Effort.XHIGH,
  Effort.MAX,
] as const;

class Fitter {
  /** The caller's request, whose fields may be replaced but not changed within. */
  readonly request: CompleteRequest;
  readonly adjustments: Adjustment[] = [];
  readonly without: Set<AdjustableField>;
  maxOutputTokens: number | undefined;
  readonly #settings: RouteSettings;
  readonly #refused: ReadonlyMap<AdjustableField, Refusal>;

  constructor(asked: UpstreamRequest, settings: RouteSettings, refused: ReadonlyMap<AdjustableField, Refusal>) {
    this.request = { ...asked.request };
    this.maxOutputTokens = asked.maxOutputTokens;
    this.#settings = settings;
    this.#refused = refused;
    this.without = new Set([...settings.rules.without, ...refused.keys()]);
  }

  /** Fits all but the stop sequences, which lose nothing. */
  fitFields(): void {
    // Whether the model is asked to think decides what it takes of sampling.
    this.#fitEffort();
    this.#fitSampling();
    this.#fitOptions();
    this.#fitLimit();
  }

  #fitSampling(): void {
    const { request } = this;
    const { rules, capabilities } = this.#settings;
    if (!capabilities.temperature) {
      this.without.add("temperature");
      this.without.add("top_p");
    }
    if (request.temperature !== undefined && this.#drops("temperature")) delete request.temperature;
    if (request.topP !== undefined && this.#drops("top_p")) delete request.topP;
    if (request.temperature !== undefined && request.temperature > rules.temperatureMax) {
      this.#note("temperature", `${request.temperature} became ${rules.temperatureMax}, the highest that is taken`);
      request.temperature = rules.temperatureMax;
    }
    if (this.#thinksByRequest() && !rules.samplingWhileThinking) {
      const reason = "left out: it is not taken while the model thinks";
      if (request.temperature !== undefined && request.temperature !== 1) this.#note("temperature", reason);
      if (request.topP !== undefined) this.#note("top_p", reason);
      delete request.temperature;
      delete request.topP;
    }
    if (request.temperature !== undefined && request.topP !== undefined && !rules.topPBesideTemperature) {
      this.#note("top_p", "left out: it is not taken beside temperature");
      delete request.topP;
    }
    if (request.seed !== undefined && this.#drops("seed")) delete request.seed;
    if (request.frequencyPenalty !== undefined && this.#drops("frequency_penalty")) delete request.frequencyPenalty;
    if (request.presencePenalty !== undefined && this.#drops("presence_penalty")) delete request.presencePenalty;
  }

  #fitOptions(): void {
    const { request } = this;
    const { serviceTiers, names } = this.#settings.rules;
    if (request.verbosity !== Verbosity.UNSPECIFIED && this.#drops("verbosity"))
      request.verbosity = Verbosity.UNSPECIFIED;
    if (request.serviceTier !== "") {
      if (this.#drops("service_tier")) request.serviceTier = "";
      else if (serviceTiers !== undefined && !serviceTiers.includes(request.serviceTier)) {
        this.#note("service_tier", "left out: the upstream does not know this word");
        request.serviceTier = "";
      }
    }
    if (request.promptCacheKey !== "" && this.#drops("prompt_cache_key")) request.promptCacheKey = "";
    const { toolChoice } = request;
    if (toolChoice?.parallelCalls !== undefined && this.#drops("tool_choice.parallel_calls")) {
      const { parallelCalls: _, ...rest } = toolChoice;
      request.toolChoice = rest;
    }
    if (request.messages.some(({ name }) => name !== "") && (!names || this.#refused.has("messages.name"))) {
      this.#note("messages.name", this.#whyLeftOut("messages.name"));
      this.without.add("messages.name");
    }
    const foreign = request.dialectFields.some(({ dialect }) => dialect !== this.#settings.dialect);
    if (request.dialectFields.length > 0 && (foreign || this.#refused.has("dialect_fields"))) {
      this.#note(
        "dialect_fields",
        this.#refused.has("dialect_fields") ? REFUSED : "left out: they are of another wire format",
      );
      request.dialectFields = request.dialectFields.filter(({ dialect }) => dialect === this.#settings.dialect);
    }
    this.#fitSchema();
  }

  #fitSchema(): void {
    const { responseFormat } = this.request;
    if (responseFormat?.format.case !== "jsonSchema") return;
    const { schema, reason } = fitSchema(responseFormat.format.value, this.#settings.rules.schema);
    if (reason === undefined) return;
    this.#note("response_format", reason);
    this.request.responseFormat = { ...responseFormat, format: { case: "jsonSchema", value: schema } };
  }

  #fitEffort(): void {
    const { reasoning } = this.request;
    const { efforts, capabilities } = this.#settings;
    if (reasoning === undefined || !capabilities.reasoning || reasoning.effort === Effort.UNSPECIFIED) return;
    const why = this.#whyNoEffort();
    if (why !== undefined) {
      this.#note("reasoning.effort", why);
      this.request.reasoning = { ...reasoning, effort: Effort.UNSPECIFIED };
      return;
    }
    if (efforts.length === 0 || efforts.includes(reasoning.effort)) return;
    const at = EFFORTS.findIndex((effort) => effort === reasoning.effort);
    const below = EFFORTS.slice(0, at).findLast((effort) => efforts.includes(effort) && effort !== Effort.NONE);
    const nearest = below ?? EFFORTS.slice(at + 1).find((effort) => efforts.includes(effort));
    if (nearest === undefined) return;
    this.#note(
      "reasoning.effort",
      `${wordOf(reasoning.effort)} became ${wordOf(nearest)}, the nearest that the model knows`,
    );
    this.request.reasoning = { ...reasoning, effort: nearest };
  }

  #whyNoEffort(): string | undefined {
    if (this.#refused.has("reasoning.effort")) return REFUSED;
    // With a budget Claude demands that the last turn that called tools begins with its own thinking.
    return this.#settings.reasoningForm === "budget" && lacksThinking(this.request.messages, this.#settings.opaqueOwner)
      ? "left out: the last calls were made without this model's thinking"
      : undefined;
  }

  #fitLimit(): void {
    const most = this.#settings.capabilities.maxOutputTokens;
    if (this.maxOutputTokens === undefined) return;
    const refused = this.#refused.get("max_output_tokens");
    if (refused?.lasting === true) {
      this.#note("max_output_tokens", "sent by its other name: the upstream refused the first");
    } else if (refused !== undefined) {
      this.#note("max_output_tokens", REFUSED);
      this.maxOutputTokens = undefined;
    } else if (most !== undefined && this.maxOutputTokens > most) {
      this.#note("max_output_tokens", `${this.maxOutputTokens} became ${most}, the most that the model gives`);
      this.maxOutputTokens = Number(most);
    }
  }

  /** Keeps the stop sequences that the upstream takes, and returns the others. */
  fitStops(): readonly string[] {
    const { request } = this;
    const { maxStops, blankStops } = this.#settings.rules;
    const all = request.stopSequences;
    if (all.length === 0) return [];
    const taken = this.without.has("stop_sequences")
      ? []
      : all.filter((stop) => blankStops || stop.trim() !== "").slice(0, maxStops);
    if (taken.length === all.length) return [];
    const refused = this.#refused.has("stop_sequences");
    const reason = refused ? "the upstream refused them" : "the upstream does not take them";
    this.#note("stop_sequences", `${taken.length === 0 ? "" : "some are "}matched by the gateway: ${reason}`);
    request.stopSequences = taken;
    // Those that the upstream takes end its answer; the gateway looks for the rest.
    return all.filter((stop) => !taken.includes(stop));
  }

  /** Notes a field that the upstream does not take; false if it takes it. */
  #drops(field: AdjustableField): boolean {
    if (!this.without.has(field)) return false;
    this.#note(field, this.#whyLeftOut(field));
    return true;
  }

  #whyLeftOut(field: AdjustableField): string {
    return this.#refused.has(field) ? REFUSED : "left out: the upstream does not take it";
  }

  #note(field: AdjustableField, reason: string): void {
    this.adjustments.push({ field, reason });
  }

  #thinksByRequest(): boolean {
    const effort = this.request.reasoning?.effort ?? Effort.UNSPECIFIED;
    const asked = effort !== Effort.UNSPECIFIED && effort !== Effort.NONE;
    return this.#settings.capabilities.reasoning && asked;
  }
}

function lacksThinking(messages: readonly Message[], owner: OpaqueOwner): boolean {
  const parts = messages.findLast(({ role }) => role === Role.ASSISTANT)?.parts ?? [];
  const calls = parts.some(({ kind }) => kind.case === "toolCall");
  const isOwn = ({ kind }: Part): boolean =>
    kind.case === "reasoning" && openOpaque(owner, kind.value.opaque) !== undefined;
  return calls && !parts.some(isOwn);
}

function wordOf(effort: Effort): string {
  return ["unspecified", "none", "low", "medium", "high", "minimal", "xhigh", "max"][effort] ?? "unknown";
}

/** Whether a fitted request still holds a field, so that one without it is another request. */
const HOLDS: Readonly<Record<AdjustableField, (fitted: FittedRequest) => boolean>> = {
  temperature: ({ request }) => request.temperature !== undefined,
  top_p: ({ request }) => request.topP !== undefined,
  seed: ({ request }) => request.seed !== undefined,
  frequency_penalty: ({ request }) => request.frequencyPenalty !== undefined,
  presence_penalty: ({ request }) => request.presencePenalty !== undefined,
  verbosity: ({ request }) => request.verbosity !== Verbosity.UNSPECIFIED,
  "tool_choice.parallel_calls": ({ request }) => request.toolChoice?.parallelCalls !== undefined,
  service_tier: ({ request }) => request.serviceTier !== "",
  prompt_cache_key: ({ request }) => request.promptCacheKey !== "",
  cache: ({ without }) => !without.has("cache"),
  stream_options: ({ without }) => !without.has("stream_options"),
  "reasoning.effort": ({ request }) => (request.reasoning?.effort ?? Effort.UNSPECIFIED) !== Effort.UNSPECIFIED,
  max_output_tokens: ({ without }) => !without.has("max_output_tokens"),
  stop_sequences: ({ request }) => request.stopSequences.length > 0,
  "messages.name": ({ request, without }) =>
    !without.has("messages.name") && request.messages.some(({ name }) => name !== ""),
  "messages.reasoning": ({ request, without }) =>
    !without.has("messages.reasoning") &&
    request.messages.some(({ parts }) => parts.some(({ kind }) => kind.case === "reasoning")),
  dialect_fields: ({ request }) => request.dialectFields.length > 0,
  // What a schema may hold is known before it is sent.
  response_format: () => false,
};

/** Whether the request holds a field that its upstream refused. */
export function holds(fitted: FittedRequest, field: AdjustableField): boolean {
  return HOLDS[field](fitted);
}
