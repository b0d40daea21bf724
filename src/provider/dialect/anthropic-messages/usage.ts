/** Adds up the numbers of tokens that Messages tells in pieces. */

import { create } from "@bufbuild/protobuf";
import { type Usage, UsageSchema, UsageSource } from "../../../../gen/ts/understudy/v1/ledger_pb.ts";
import { isObject, type JsonObject } from "../../../call/json-object.ts";
import { tokensOf } from "../json-values.ts";

/**
 * Usage of one answer. `input_tokens` excludes what was read from or written to a cache; the neutral form includes it.
 * Later numbers are totals and replace earlier ones. A 0 replaces only beside a number of the same report that is none:
 * after a compaction nothing may be cached, but some servers end with zeros that say nothing at all.
 */
export class UsageTally {
  #freshInput: bigint | undefined;
  #cacheRead: bigint | undefined;
  #cacheWrite: bigint | undefined;
  #output: bigint | undefined;
  #reasoning: bigint | undefined;

  /** `outputIsTotal`: the number of output tokens counts; at the start of an answer it is a placeholder. */
  add(usage: JsonObject, outputIsTotal: boolean): void {
    const input = [usage["input_tokens"], usage["cache_read_input_tokens"], usage["cache_creation_input_tokens"]];
    const [fresh, cacheRead, cacheWrite] = input.map(tokensOf);
    const counts = Boolean(fresh) || Boolean(cacheRead) || Boolean(cacheWrite);
    this.#freshInput = later(fresh, this.#freshInput, counts);
    this.#cacheRead = later(cacheRead, this.#cacheRead, counts);
    this.#cacheWrite = later(cacheWrite, this.#cacheWrite, counts);
    if (!outputIsTotal) return;
    this.#output = tokensOf(usage["output_tokens"]) ?? this.#output;
    const details = usage["output_tokens_details"];
    if (isObject(details)) this.#reasoning = tokensOf(details["thinking_tokens"]) ?? this.#reasoning;
  }

  /** What is known so far. */
  total(): Usage {
    const cached = (this.#cacheRead ?? 0n) + (this.#cacheWrite ?? 0n);
    return create(UsageSchema, {
      source: UsageSource.REPORTED,
      ...(this.#freshInput !== undefined && { inputTokens: this.#freshInput + cached }),
      ...(this.#output !== undefined && { outputTokens: this.#output }),
      ...(this.#cacheRead !== undefined && { cacheReadTokens: this.#cacheRead }),
      ...(this.#cacheWrite !== undefined && { cacheWriteTokens: this.#cacheWrite }),
      ...(this.#reasoning !== undefined && { reasoningTokens: this.#reasoning }),
    });
  }
}

function later(next: bigint | undefined, last: bigint | undefined, counts: boolean): bigint | undefined {
  return next === undefined || (next === 0n && last !== undefined && !counts) ? last : next;
}
