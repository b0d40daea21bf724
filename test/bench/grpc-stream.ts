/** A gRPC client over Node's HTTP/2: the same for the relay and the gateway, and cheap enough to load both. */

import { type ClientHttp2Session, type ClientHttp2Stream, constants, type IncomingHttpHeaders } from "node:http2";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";

import {
  CompleteRequestSchema,
  CompletionService,
  type StreamCompleteResponse,
  StreamCompleteResponseSchema,
} from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { Role } from "../../gen/ts/understudy/v1/conversation_pb.ts";

const HEADER_BYTES = 5;

const PATH = `/${CompletionService.typeName}/${CompletionService.method.streamComplete.name}`;

/** Calls `StreamComplete`. `onEvent` gets each message; resolves at status OK, rejects at any other end. */
export function streamGrpc(
  session: ClientHttp2Session,
  workload: string,
  onEvent: (event: StreamCompleteResponse) => void,
): Promise<void> {
  const stream = session.request({
    ":method": "POST",
    ":path": PATH,
    "content-type": "application/grpc",
    te: "trailers",
  });
  stream.on("data", createEnvelopeReader(onEvent));
  stream.end(makeBody(workload));
  return ended(stream);
}

function makeBody(workload: string): Buffer {
  const messages = [{ role: Role.USER, text: "Go on." }];
  const message = toBinary(CompleteRequestSchema, create(CompleteRequestSchema, { workload, messages }));
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(message.length, 1);
  return Buffer.concat([header, message]);
}

function createEnvelopeReader(onEvent: (event: StreamCompleteResponse) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let offset = 0;
    while (rest.length - offset >= HEADER_BYTES) {
      const end = offset + HEADER_BYTES + rest.readUInt32BE(offset + 1);
      if (rest.length < end) break;
      onEvent(fromBinary(StreamCompleteResponseSchema, rest.subarray(offset + HEADER_BYTES, end)));
      offset = end;
    }
    rest = rest.subarray(offset);
  };
}

function ended(stream: ClientHttp2Stream): Promise<void> {
  let status = "none";
  const readStatus = (headers: IncomingHttpHeaders): void => {
    const value = headers["grpc-status"];
    if (typeof value === "string") status = value;
  };
  stream.on("response", readStatus);
  stream.on("trailers", readStatus);
  return new Promise((resolve, reject) => {
    stream.once("error", reject);
    stream.once("close", () => {
      if (status === "0" && stream.rstCode === constants.NGHTTP2_NO_ERROR) resolve();
      else reject(new Error(`the call ended with status ${status}`));
    });
  });
}
