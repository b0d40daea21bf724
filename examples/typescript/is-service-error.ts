/** Tells the failure of a call from any other error. */

import { Metadata, type ServiceError } from "@grpc/grpc-js";

/** Whether gRPC ended a call with an error status. */
export function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && "code" in error && "metadata" in error && error.metadata instanceof Metadata;
}
