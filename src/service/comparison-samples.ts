/** Finds the samples of a comparison and checks each as if it were a request of its own. */

import { create } from "@bufbuild/protobuf";
import type { CompareRoutesRequest, Sample } from "../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { type CompleteRequest, CompleteRequestSchema } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import type { Caller } from "../call/caller-scope.ts";
import { makeNotConfigured } from "../call/not-configured.ts";
import { CallRefused, type FieldViolation } from "../call/refusal.ts";
import { MAX_SAMPLES } from "../compare/parse-samples.ts";
import { readSampleSet } from "../compare/read-sample-set.ts";
import { checkMayUseSampleSets } from "./check-scope.ts";
import { refuseField, refuseFields } from "./refuse-fields.ts";
import { validateRequest } from "./validate-request.ts";

/** Longest name of a sample, in characters. */
const MAX_NAME_LENGTH = 128;

/**
 * Finds the samples, in the request or in the set that it names, and puts them into its workload. Fails with
 * `CallRefused` that names the sample that is wrong.
 */
export async function findSamples(
  request: CompareRoutesRequest,
  sampleSets: ReadonlyMap<string, string>,
  caller: Caller | undefined,
): Promise<Sample[]> {
  const { samples, workload } = request;
  if (samples.case === "sampleSet") {
    checkMayUseSampleSets(caller);
    return prepareSamples(await readSet(samples.value, sampleSets), workload, "sample_set");
  }
  return prepareSamples(samples.value?.samples ?? [], workload, "inline.samples");
}

async function readSet(name: string, sampleSets: ReadonlyMap<string, string>): Promise<Sample[]> {
  const file = sampleSets.get(name);
  if (file === undefined) throw makeNotConfigured("sample set", name, sampleSets.keys());
  try {
    return await readSampleSet(file);
  } catch (error) {
    const cause = error instanceof Error ? error.message : "it cannot be read";
    return refuseField("sample_set", `${name} cannot be used: ${cause}`);
  }
}

function prepareSamples(samples: readonly Sample[], workload: string, at: string): Sample[] {
  if (samples.length === 0) refuseField(at, "is empty; give 1 to 1,000 samples");
  if (samples.length > MAX_SAMPLES) refuseField(at, `has more than ${MAX_SAMPLES} samples`);
  const names = new Set<string>();
  return samples.map((sample, index) => {
    const { name, request } = sample;
    const path = `${at}[${index}]`;
    if (name === "" || name.length > MAX_NAME_LENGTH || /\p{Cc}/u.test(name)) {
      refuseField(`${path}.name`, `is not a name; give 1 to ${MAX_NAME_LENGTH} printable characters`);
    }
    if (names.has(name)) refuseField(`${path}.name`, "is the name of an earlier sample too");
    names.add(name);
    if (request === undefined) return refuseField(`${path}.request`, "is missing");
    return {
      ...sample,
      request: prepareRequest(request, workload, `${path}.request`),
    };
  });
}

/** What a sample says about routes does not count: the comparison chooses them. */
function prepareRequest(request: CompleteRequest, workload: string, at: string): CompleteRequest {
  const { routing: _routing, resume: _resume, $unknown: _unknown, ...kept } = request;
  const prepared = create(CompleteRequestSchema, { ...kept, workload });
  try {
    validateRequest(prepared);
  } catch (error) {
    if (error instanceof CallRefused) refuseFields(below(at, error.refusal.violations ?? []));
    throw error;
  }
  return prepared;
}

function below(at: string, violations: readonly FieldViolation[]): FieldViolation[] {
  return violations.map((violation) => ({ ...violation, field: `${at}.${violation.field}` }));
}
