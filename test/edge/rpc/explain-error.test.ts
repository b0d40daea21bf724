import { AsyncLocalStorage } from "node:async_hooks";
import { Code, ConnectError, createContextValues, createHandlerContext } from "@connectrpc/connect";
import { expect, test } from "vitest";

import { CompletionService } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { explainError } from "../../../src/edge/rpc/explain-error.ts";
import { createJsonDecoder } from "../../../src/edge/rpc/json-decoder.ts";
import { makeCallContext, type RequestBody, type RpcCall, rpcCallKey } from "../../../src/edge/rpc/rpc-call.ts";

const { streamComplete } = CompletionService.method;
const { input } = streamComplete;

test.each<[string, Code, RequestBody, ErrorReason, string]>([
  [
    "bytes that are no message",
    Code.Internal,
    { kind: "arriving" },
    ErrorReason.INVALID_REQUEST,
    "the request cannot be decoded: it is not a protobuf message of this method",
  ],
  [
    "a fault behind the request",
    Code.Internal,
    { kind: "decoded" },
    ErrorReason.INTERNAL,
    "the gateway failed; its log has the cause under the request id",
  ],
  [
    "a text that is no request",
    Code.InvalidArgument,
    { kind: "json", text: '{"workload":7}' },
    ErrorReason.INVALID_REQUEST,
    "the request is not valid: workload cannot be read: expected string",
  ],
  [
    "a text that is one, in a wrong form",
    Code.InvalidArgument,
    { kind: "json", text: '{"workload":"a"}' },
    ErrorReason.INVALID_REQUEST,
    "the request cannot be read: the library's own words",
  ],
  [
    "a deadline",
    Code.DeadlineExceeded,
    { kind: "decoded" },
    ErrorReason.DEADLINE_EXCEEDED,
    "the call was not answered within its deadline",
  ],
])("explains %s by the code and by how far the request had come", (_, code, body, reason, message) => {
  const refusal = explainError(new ConnectError("the library's own words", code), { body, input });
  expect(refusal).toMatchObject({ reason, message });
});

test("the text of a request is kept until the service has the request", () => {
  const reading = new AsyncLocalStorage<RpcCall>();
  const call = {
    requestId: "call-1",
    input,
    caller: undefined,
    trail: {},
    held: { settle: () => {} },
    body: { kind: "arriving" },
  };
  const context = createHandlerContext({
    service: CompletionService,
    method: streamComplete,
    protocolName: "connect",
    requestMethod: "POST",
    url: "http://understudy/",
    contextValues: createContextValues().set(rpcCallKey, Object(call)),
  });
  const text = reading.run(Object(call), () => createJsonDecoder(reading).decode(Buffer.from('{"workload":"a"}')));
  expect(call.body).toEqual({ kind: "json", text });
  makeCallContext(context);
  expect(call.body).toEqual({ kind: "decoded" });
});
