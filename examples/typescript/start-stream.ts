/** Calls a method of a generated service with @grpc/grpc-js, which knows nothing of its descriptors. */

import {
  create,
  type DescMethodServerStreaming,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { type CallOptions, type Client, type ClientReadableStream, Metadata } from "@grpc/grpc-js";

/**
 * Starts a streaming call. Read it with `for await`, and cancel it in a `finally`: leaving the loop early does not end
 * the call, and the gateway would go on paying for an answer that nobody reads.
 */
export function startStream<M extends DescMethodServerStreaming>(
  client: Client,
  method: M,
  request: MessageInitShape<M["input"]>,
  options: CallOptions,
): ClientReadableStream<MessageShape<M["output"]>> {
  return client.makeServerStreamRequest<MessageShape<M["input"]>, MessageShape<M["output"]>>(
    `/${method.parent.typeName}/${method.name}`,
    (message) => Buffer.from(toBinary(method.input, message)),
    (bytes) => fromBinary<M["output"]>(method.output, bytes),
    create<M["input"]>(method.input, request),
    new Metadata(), // with a caller's key: set("authorization", `Bearer ${key}`)
    options,
  );
}
