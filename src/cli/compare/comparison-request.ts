/** Builds the request of `understudy compare` from its options. */

import { createHash } from "node:crypto";
import { create, toJsonString } from "@bufbuild/protobuf";
import {
  type CompareRoutesRequest,
  CompareRoutesRequestSchema,
  type Sample,
  SampleBatchSchema,
} from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";

/** Options of `understudy compare`. */
export interface CompareOptions {
  readonly workload?: string | undefined;
  /** File with samples. */
  readonly samples?: string | undefined;
  /** Sample set of the server. */
  readonly samplesOf?: string | undefined;
  readonly backups?: readonly string[] | undefined;
  readonly switch?: boolean | undefined;
  /** In millionths of a US dollar. */
  readonly maxCost?: bigint | undefined;
  readonly maxTokens?: number | undefined;
  readonly seed?: number | undefined;
  readonly includeText?: boolean | undefined;
  readonly json?: string | undefined;
  readonly markdown?: string | undefined;
  readonly html?: string | undefined;
  readonly run?: string | undefined;
}

/** Builds the request. What no option names is left to the server. */
export function makeComparisonRequest(options: CompareOptions, samples: Sample[]): CompareRoutesRequest {
  const request = create(CompareRoutesRequestSchema, {
    workload: options.workload ?? "",
    backups: [...(options.backups ?? [])],
    samples:
      options.samplesOf === undefined
        ? { case: "inline", value: create(SampleBatchSchema, { samples }) }
        : { case: "sampleSet", value: options.samplesOf },
    switch: options.switch ?? false,
    includeText: true,
  });
  if (options.maxCost !== undefined) request.maxCostMicroUsd = options.maxCost;
  if (options.maxTokens !== undefined) request.maxTokens = BigInt(options.maxTokens);
  return request;
}

/** What the results depend on: neither limits nor the seed. */
export function makeComparisonKey(request: CompareRoutesRequest): string {
  const { workload, backups, samples, switch: switches } = request;
  const compared = create(CompareRoutesRequestSchema, { workload, backups, samples, switch: switches });
  return createHash("sha256").update(toJsonString(CompareRoutesRequestSchema, compared)).digest("hex");
}
