/** Answers that nothing starts, in the form of each protocol, without the protocol library's pipeline. */

import type { ConnectError } from "@connectrpc/connect";
import { encodeEnvelope } from "@connectrpc/connect/protocol";
import {
  codeToHttpStatus,
  endStreamFlag,
  endStreamToJson,
  errorToJsonBytes,
} from "@connectrpc/connect/protocol-connect";
import { setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import { trailerFlag, trailerSerialize } from "@connectrpc/connect/protocol-grpc-web";

import type { Refusal } from "../../call/refusal.ts";
import { discardRequest, type Exchange } from "../port/exchange.ts";
import { makeStatus } from "../status.ts";
import { setHeaders } from "./header-fields.ts";
import { rpcFormOf } from "./rpc-form.ts";
import { makeRpcStatus } from "./rpc-status.ts";

/** An answer that is nothing but an error. */
interface ErrorAnswer {
  readonly httpStatus: number;
  readonly contentType: string;
  readonly fields?: Headers;
  readonly body?: Uint8Array;
}

/** Writes the refusal and ends the exchange. */
export function writeRefusal(exchange: Exchange, refusal: Refusal): void {
  const { response, request, requestId } = exchange;
  const answer = makeErrorAnswer(request.headers["content-type"], refusal, makeRpcStatus(refusal, requestId));
  response.statusCode = answer.httpStatus;
  response.setHeader("content-type", answer.contentType);
  setHeaders(response, answer.fields);
  if (answer.body === undefined) response.end();
  else {
    response.setHeader("content-length", answer.body.byteLength);
    response.end(answer.body);
  }
  discardRequest(exchange);
}

function makeErrorAnswer(contentType = "", refusal: Refusal, error: ConnectError): ErrorAnswer {
  const form = rpcFormOf(contentType);
  if (form === "grpc") return { httpStatus: 200, contentType, fields: setTrailerStatus(new Headers(), error) };
  if (form === "grpc-web") {
    const body = encodeEnvelope(trailerFlag, trailerSerialize(setTrailerStatus(new Headers(), error)));
    return { httpStatus: 200, contentType, body };
  }
  // A stream of Connect has the status 200 whatever happens, which no balancer repeats elsewhere.
  if (form === "connect-stream" && makeStatus(refusal).retry !== "elsewhere") {
    const json = JSON.stringify(endStreamToJson(new Headers(), error, undefined));
    return { httpStatus: 200, contentType, body: encodeEnvelope(endStreamFlag, new TextEncoder().encode(json)) };
  }
  const body = errorToJsonBytes(error, undefined);
  return { httpStatus: codeToHttpStatus(error.code), contentType: "application/json", fields: error.metadata, body };
}
