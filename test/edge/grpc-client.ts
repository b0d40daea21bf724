/** Calls methods of a descriptor with @grpc/grpc-js. */

import {
  create,
  type DescMethod,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { type ChannelOptions, Client, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { onTestFinished } from "vitest";

export interface GrpcAnswer<Output> {
  readonly messages: Output[];
  /** Undefined if the status was OK. */
  readonly error: ServiceError | undefined;
  readonly trailers: Metadata | undefined;
}

/** Creates a client that is closed at the end of the test. */
export function createGrpcClient(address: string, options: ChannelOptions = {}): Client {
  const client = new Client(address, credentials.createInsecure(), { "grpc.use_local_subchannel_pool": 1, ...options });
  onTestFinished(() => client.close());
  return client;
}

/** Starts a call with one request; unary answers come as a stream of one. */
export function startCall<M extends DescMethod>(
  client: Client,
  method: M,
  request: MessageInitShape<M["input"]>,
  metadata?: Metadata,
) {
  return client.makeServerStreamRequest<MessageShape<M["input"]>, MessageShape<M["output"]>>(
    `/${method.parent.typeName}/${method.name}`,
    (message) => Buffer.from(toBinary(method.input, message)),
    (bytes) => fromBinary<M["output"]>(method.output, bytes),
    create<M["input"]>(method.input, request),
    metadata ?? new Metadata(),
  );
}

/** Runs a call to its end. */
export function call<M extends DescMethod>(
  client: Client,
  method: M,
  request: MessageInitShape<M["input"]>,
  metadata?: Metadata,
): Promise<GrpcAnswer<MessageShape<M["output"]>>> {
  const stream = startCall(client, method, request, metadata);
  const messages: MessageShape<M["output"]>[] = [];
  let error: ServiceError | undefined;
  return new Promise((resolve) => {
    stream.on("data", (message: MessageShape<M["output"]>) => messages.push(message));
    stream.on("error", (failure: ServiceError) => {
      error = failure;
    });
    stream.on("status", ({ metadata: trailers }) => setImmediate(() => resolve({ messages, error, trailers })));
  });
}
