/** What the ledger knows about one attempt. */

import { create } from "@bufbuild/protobuf";
import { type Duration, durationFromMs, type Timestamp, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { AdjustmentSchema, type Attempt, AttemptSchema, type Usage } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { SwitchMode } from "../../../gen/ts/understudy/v1/routing_pb.ts";
import type { Adjustment } from "../../call/adjustment.ts";
import type { Route } from "../../call/route.ts";
import { describeOutcome } from "../attempt/describe-outcome.ts";
import type { Outcome } from "../attempt/outcome.ts";
import { classify } from "../failure-classes.ts";
import type { AttemptForm } from "../seam/continuation.ts";
import { estimateTextTokens, LONGEST_TOKEN, mergeUsage, settleUsage } from "./token-usage.ts";

/** How an attempt came about. */
export interface AttemptOrigin {
  readonly number: number;
  readonly route: Route;
  /** Whether it follows another on the same route. */
  readonly retry: boolean;
  /** Whether it was started beside another. */
  readonly hedge: boolean;
  readonly mode: SwitchMode;
  /** In which form the route was asked. */
  readonly form: AttemptForm;
}

/** Collects facts about an attempt while it runs, and turns them into a line of the ledger. */
export class AttemptRecord {
  readonly origin: AttemptOrigin;
  readonly startedAtMs = performance.now();
  readonly #startTime: Timestamp = timestampFromMs(Date.now());
  readonly #estimatedInputTokens: number;
  /** Status of the response, once its headers came. */
  status: number | undefined;
  upstreamRequestId = "";
  /** What of the request was left out or changed for the route. */
  adjustments: readonly Adjustment[] = [];
  /** The model as the upstream named it. */
  model = "";
  firstProgressAtMs: number | undefined;
  firstTokenAtMs: number | undefined;
  receivedCharacters = 0;
  receivedBytes = 0;
  deliveredBytes = 0;
  /** Bytes at its beginning that repeated delivered text and were left out. */
  trimmedBytes = 0;
  /** Whether anything of it reached the client: text, reasoning or a tool call. */
  delivered = false;
  /** Whether it began a tool call. */
  toolCallBegun = false;
  outcome: Outcome | undefined;
  #endedAtMs = 0;
  #reported: Usage | undefined;
  /** How much had come when the upstream last counted. */
  #countedBytes = 0;
  #deliveredText = "";
  /** Pieces of it that are a token at most, and how much came in longer ones. */
  #shortPieces = 0;
  #longPieceCharacters = 0;

  constructor(origin: AttemptOrigin, estimatedInputTokens: number) {
    this.origin = origin;
    this.#estimatedInputTokens = estimatedInputTokens;
  }

  /** Whether the upstream accepted the request. */
  get opened(): boolean {
    return this.status !== undefined;
  }

  report(usage: Usage): void {
    this.#reported = mergeUsage(this.#reported, usage);
    this.#countedBytes = this.receivedBytes;
  }

  /** Counts tokens of text that reached the client. */
  countDelivered(text: string): void {
    this.#deliveredText += text;
    if (text.length <= LONGEST_TOKEN) this.#shortPieces += 1;
    else this.#longPieceCharacters += text.length;
  }

  /**
   * Tokens of what reached the client: by the upstream's own count if that came behind the text, else by the pieces in
   * which it came, which some upstreams split further than into tokens, but no longer than its script explains.
   */
  get deliveredTokens(): number {
    const { outputTokens, reasoningTokens = 0n } = this.#reported ?? {};
    if (outputTokens !== undefined && this.receivedBytes > 0 && this.#countedBytes === this.receivedBytes) {
      const share = this.deliveredBytes / this.receivedBytes;
      return Math.ceil(Number(outputTokens - reasoningTokens) * Math.min(1, share));
    }
    const byScript = estimateTextTokens(this.#deliveredText);
    const longShare = this.#longPieceCharacters / Math.max(1, this.#deliveredText.length);
    return Math.ceil(Math.min(this.#shortPieces + byScript * longShare, byScript));
  }

  end(outcome: Outcome): void {
    this.outcome = outcome;
    this.#endedAtMs = performance.now();
  }

  toMessage(): Attempt {
    const { outcome, origin } = this;
    const failure = outcome?.kind === "failed" ? outcome.failure : undefined;
    const usage = this.#usage();
    const attempt = create(AttemptSchema, {
      number: origin.number,
      route: origin.route.name,
      model: origin.route.model,
      outcome: outcome === undefined ? 0 : classify(outcome).outcome,
      message: outcome === undefined ? "" : describeOutcome(outcome),
      upstreamCode: failure?.code ?? "",
      upstreamRequestId: failure?.upstreamRequestId || this.upstreamRequestId,
      startTime: this.#startTime,
      duration: this.#since(this.#endedAtMs),
      usage,
      cost: origin.route.cost(usage),
      deliveredBytes: BigInt(this.deliveredBytes),
      discardedBytes: BigInt(this.receivedBytes - this.deliveredBytes),
      retry: origin.retry,
      hedge: origin.hedge,
      mode: origin.mode,
      adjustments: this.adjustments.map(({ field, reason }) => create(AdjustmentSchema, { field, reason })),
    });
    const upstreamStatus = failure?.status ?? this.status;
    if (upstreamStatus !== undefined) attempt.upstreamStatus = upstreamStatus;
    if (this.firstProgressAtMs !== undefined) attempt.timeToFirstProgress = this.#since(this.firstProgressAtMs);
    if (this.firstTokenAtMs !== undefined) attempt.timeToFirstToken = this.#since(this.firstTokenAtMs);
    return attempt;
  }

  #usage(): Usage {
    const { outcome } = this;
    const refused = outcome?.kind === "failed" && !this.opened;
    return settleUsage({
      reported: this.#reported,
      reachedModel: !refused,
      completed: outcome?.kind === "completed",
      estimatedInputTokens: this.#estimatedInputTokens,
      receivedCharacters: this.receivedCharacters,
    });
  }

  #since(atMs: number): Duration {
    return durationFromMs(Math.round(atMs - this.startedAtMs));
  }
}
