/** Builds the request of `understudy complete` from its options. */

import type { MessageInitShape } from "@bufbuild/protobuf";
import type { CompleteRequestSchema } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { Role } from "../../gen/ts/understudy/v1/conversation_pb.ts";

/** Options of `understudy complete` that are part of the request. */
export interface RequestOptions {
  readonly workload?: string | undefined;
  readonly system?: string | undefined;
  readonly primary?: string | undefined;
  readonly backups?: readonly string[] | undefined;
  readonly maxOutputTokens?: number | undefined;
  readonly temperature?: number | undefined;
}

/** Builds the request. What no option names is left to the server. */
export function makeCompleteRequest(
  options: RequestOptions,
  prompt: string,
): MessageInitShape<typeof CompleteRequestSchema> {
  const { workload, system, primary, backups, maxOutputTokens, temperature } = options;
  return {
    ...(workload === undefined ? {} : { workload }),
    ...(primary === undefined && backups === undefined
      ? {}
      : { routing: { ...(primary === undefined ? {} : { primary }), backups: [...(backups ?? [])] } }),
    messages: [
      ...(system === undefined ? [] : [{ role: Role.SYSTEM, text: system }]),
      { role: Role.USER, text: prompt },
    ],
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(temperature === undefined ? {} : { temperature }),
  };
}
