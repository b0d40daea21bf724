/** Answers that nothing starts, in the form of each protocol, without the protocol library's pipeline. */

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
import { fieldsOf } from "./header-fields.ts";
import { type RpcForm, rpcFormOf } from "./rpc-form.ts";
import { makeRpcStatus } from "./rpc-status.ts";

/** An answer that is nothing but an error. */
interface ErrorAnswer {
  readonly httpStatus: number;
  /** Undefined for that of the request. */
  readonly contentType?: string;
  readonly fields?: Iterable<readonly [name: string, value: string]>;
  readonly body?: Uint8Array;
}

/** Answers of common refusals, made once for each form. */
const commonAnswers = new WeakMap<Refusal, Map<RpcForm, ErrorAnswer>>();

/** Writes the refusal and ends the exchange. */
export function writeRefusal(exchange: Exchange, refusal: Refusal): void {
  const { response, request, requestId } = exchange;
  const contentType = request.headers["content-type"];
  const form = rpcFormOf(contentType);
  const answer = refusal.isCommon ? commonAnswer(form, refusal) : makeErrorAnswer(form, refusal, requestId);
  response.statusCode = answer.httpStatus;
  response.setHeader("content-type", answer.contentType ?? contentType ?? "");
  for (const [name, value] of answer.fields ?? []) response.setHeader(name, value);
  if (answer.body === undefined) response.end();
  else {
    response.setHeader("content-length", answer.body.byteLength);
    response.end(answer.body);
  }
  discardRequest(exchange);
}

function commonAnswer(form: RpcForm, refusal: Refusal): ErrorAnswer {
  const answers = commonAnswers.get(refusal) ?? new Map<RpcForm, ErrorAnswer>();
  commonAnswers.set(refusal, answers);
  const answer = answers.get(form) ?? makeErrorAnswer(form, refusal, undefined);
  answers.set(form, answer);
  return answer;
}

function makeErrorAnswer(form: RpcForm, refusal: Refusal, requestId: string | undefined): ErrorAnswer {
  const error = makeRpcStatus(refusal, requestId);
  if (form === "grpc") return { httpStatus: 200, fields: [...fieldsOf(setTrailerStatus(new Headers(), error))] };
  if (form === "grpc-web") {
    const body = encodeEnvelope(trailerFlag, trailerSerialize(setTrailerStatus(new Headers(), error)));
    return { httpStatus: 200, body };
  }
  // A stream of Connect has the status 200 whatever happens, which no balancer repeats elsewhere.
  if (form === "connect-stream" && makeStatus(refusal).retry !== "elsewhere") {
    const json = JSON.stringify(endStreamToJson(new Headers(), error, undefined));
    return { httpStatus: 200, body: encodeEnvelope(endStreamFlag, new TextEncoder().encode(json)) };
  }
  const body = errorToJsonBytes(error, undefined);
  const fields = [...fieldsOf(error.metadata)];
  return { httpStatus: codeToHttpStatus(error.code), contentType: "application/json", fields, body };
}
