/** The descriptors that callers may ask about: the API, and what travels in its errors. */

import type { DescFile, DescService } from "@bufbuild/protobuf";
import {
  file_google_protobuf_any,
  file_google_protobuf_duration,
  file_google_protobuf_empty,
  file_google_protobuf_field_mask,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_wrappers,
} from "@bufbuild/protobuf/wkt";

import { file_google_rpc_error_details } from "../../../gen/ts/google/rpc/error_details_pb.ts";
import { Health } from "../../../gen/ts/grpc/health/v1/health_pb.ts";
import { AdminService } from "../../../gen/ts/understudy/v1/admin_service_pb.ts";
import { ComparisonService } from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { CompletionService } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import { file_understudy_v1_ledger } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { RouteService } from "../../../gen/ts/understudy/v1/route_service_pb.ts";

/** The services that need a key and report their health. */
export const apiServices: readonly DescService[] = [CompletionService, RouteService, ComparisonService, AdminService];

/** The services that reflection lists, beside itself. */
export const listedServices: readonly DescService[] = [...apiServices, Health];

/** Messages in error details, which no service imports, and the well-known types. */
export const detailFiles: readonly DescFile[] = [
  file_google_rpc_error_details,
  file_understudy_v1_ledger,
  file_google_protobuf_any,
  file_google_protobuf_duration,
  file_google_protobuf_empty,
  file_google_protobuf_field_mask,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_wrappers,
];
