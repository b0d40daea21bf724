/** Finds what the gateway attached to an error status. */

import { fromBinary } from "@bufbuild/protobuf";
import { BinaryReader } from "@bufbuild/protobuf/wire";
import { type Any, AnySchema, anyUnpack } from "@bufbuild/protobuf/wkt";
import type { ServiceError } from "@grpc/grpc-js";

import {
  type BadRequest,
  BadRequestSchema,
  type ErrorInfo,
  ErrorInfoSchema,
  type RequestInfo,
  RequestInfoSchema,
  type RetryInfo,
  RetryInfoSchema,
} from "../../gen/ts/google/rpc/error_details_pb.ts";
import { type FailoverReport, FailoverReportSchema } from "../../gen/ts/understudy/v1/ledger_pb.ts";

/** The details of an error status. Each is undefined if it was not sent: a broken connection sends none. */
export interface StatusDetails {
  readonly info: ErrorInfo | undefined;
  readonly request: RequestInfo | undefined;
  readonly badRequest: BadRequest | undefined;
  readonly retry: RetryInfo | undefined;
  readonly report: FailoverReport | undefined;
}

/** `details` in `google.rpc.Status`. */
const DETAILS_FIELD = 3;

/** Reads the details that travel beside an error's code and message. */
export function readStatusDetails(error: ServiceError): StatusDetails {
  const packed = error.metadata.get("grpc-status-details-bin").flatMap((value) => {
    return typeof value === "string" ? [] : readPacked(value);
  });
  const find = <T>(unpack: (any: Any) => T | undefined): T | undefined => {
    for (const any of packed) {
      const found = unpack(any);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return {
    info: find((any) => anyUnpack(any, ErrorInfoSchema)),
    request: find((any) => anyUnpack(any, RequestInfoSchema)),
    badRequest: find((any) => anyUnpack(any, BadRequestSchema)),
    retry: find((any) => anyUnpack(any, RetryInfoSchema)),
    report: find((any) => anyUnpack(any, FailoverReportSchema)),
  };
}

function readPacked(status: Uint8Array): Any[] {
  const packed: Any[] = [];
  const reader = new BinaryReader(status);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === DETAILS_FIELD) packed.push(fromBinary(AnySchema, reader.bytes()));
    else reader.skip(wireType, field);
  }
  return packed;
}
