/** A good gRPC call as HTTP/2 frames. */

import { create, toBinary } from "@bufbuild/protobuf";

import { CompleteRequestSchema } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { Role } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { FLAG, FRAME, makeFrame, makeHeaderBlock } from "./http2-frames.ts";

const PATH = "/understudy.v1.CompletionService/StreamComplete";

type Fields = readonly (readonly [name: string, value: string])[];

/** The header fields of a call, by default of one for a stream. Without a key they are those of a stranger. */
export function makeCallFields(key?: string, path = PATH): Fields {
  const fields: Fields = [
    [":method", "POST"],
    [":scheme", "http"],
    [":path", path],
    [":authority", "127.0.0.1"],
    ["content-type", "application/grpc+proto"],
    ["te", "trailers"],
  ];
  return key === undefined ? fields : [...fields, ["authorization", `Bearer ${key}`]];
}

/** HEADERS that begin a call, whose body is still to come. */
export function makeCallHeaders(streamId: number, fields: Fields): Buffer {
  return makeFrame(FRAME.headers, FLAG.endHeaders, streamId, makeHeaderBlock(fields));
}

/** DATA with the whole message of a call, which ends its request. */
export function makeCallBody(streamId: number, workload: string): Buffer {
  return makeFrame(FRAME.data, FLAG.endStream, streamId, makeMessage(workload));
}

/** The message of a call with its gRPC prefix. */
export function makeMessage(workload: string): Buffer {
  const request = create(CompleteRequestSchema, { workload, messages: [{ role: Role.USER, text: "To be?" }] });
  return makeEnvelope(toBinary(CompleteRequestSchema, request));
}

/** A message with its gRPC prefix. `length` is what that says, by default the truth. */
export function makeEnvelope(message: Uint8Array, length = message.length): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(length, 1);
  return Buffer.concat([prefix, message]);
}
