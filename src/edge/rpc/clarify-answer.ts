/** Gives the protocol library's own errors the same details as every other error. */

import { Code, ConnectError } from "@connectrpc/connect";
import { encodeEnvelope, type UniversalServerResponse } from "@connectrpc/connect/protocol";
import {
  codeToHttpStatus,
  endStreamFlag,
  endStreamFromJson,
  endStreamToJson,
  errorFromJsonBytes,
  errorToJsonBytes,
} from "@connectrpc/connect/protocol-connect";
import { findTrailerError, setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import { trailerFlag, trailerParse, trailerSerialize } from "@connectrpc/connect/protocol-grpc-web";

import { internalRefusal } from "../refusal-of.ts";
import { explainError } from "./explain-error.ts";
import type { RpcCall } from "./rpc-call.ts";
import { makeRpcStatus } from "./rpc-status.ts";

const ENVELOPE_HEADER_BYTES = 5;

/** An answer as far as it is known before anything is written. */
export interface RpcAnswerHead {
  readonly answer: UniversalServerResponse;
  /** The first piece of the body, or the one that may be its end; undefined if the body is empty, or behind it. */
  readonly first: Uint8Array | undefined;
}

/** Whether a piece of a body may be its end, which says how the call ended. */
export function mayBeEnd(piece: Uint8Array): boolean {
  return piece[0] === endStreamFlag || piece[0] === trailerFlag;
}

/**
 * Replaces an error without details at the head of an answer, or in the piece that is its end, and notes it: such an
 * error was raised before the call reached its service, or when an answer could not be encoded. Other answers pass
 * unchanged.
 */
export function clarifyAnswer(head: RpcAnswerHead, call: RpcCall): RpcAnswerHead {
  const { answer, first } = head;
  const explain = (error: ConnectError): ConnectError => {
    const refusal = explainError(error, call);
    if (refusal === internalRefusal) call.trail?.faulted(error);
    else call.trail?.refused(refusal);
    return makeRpcStatus(refusal, call.requestId);
  };

  if (first === undefined) return clarifyTrailers(head, explain);
  const contentType = answer.header?.get("content-type") ?? "";
  if (contentType.startsWith("application/grpc-web")) return { answer, first: clarifyGrpcWeb(first, explain) };
  if (contentType.startsWith("application/connect+")) return { answer, first: clarifyConnectStream(first, explain) };
  if (answer.status !== 200 && contentType === "application/json") return clarifyConnectUnary(answer, first, explain);
  return head;
}

type Explain = (error: ConnectError) => ConnectError;

function clarifyTrailers(head: RpcAnswerHead, explain: Explain): RpcAnswerHead {
  const { trailer } = head.answer;
  const error = trailer && findTrailerError(trailer);
  if (error && error.details.length === 0) setTrailerStatus(trailer, explain(error));
  return head;
}

function clarifyGrpcWeb(first: Uint8Array, explain: Explain): Uint8Array {
  if (first[0] !== trailerFlag) return first;
  const trailer = trailerParse(first.subarray(ENVELOPE_HEADER_BYTES));
  const error = findTrailerError(trailer);
  if (error === undefined || error.details.length > 0) return first;
  return encodeEnvelope(trailerFlag, trailerSerialize(setTrailerStatus(trailer, explain(error))));
}

function clarifyConnectStream(first: Uint8Array, explain: Explain): Uint8Array {
  if (first[0] !== endStreamFlag) return first;
  const { metadata, error } = endStreamFromJson(first.subarray(ENVELOPE_HEADER_BYTES));
  if (error === undefined || error.details.length > 0) return first;
  const json = endStreamToJson(metadata, explain(error), undefined);
  return encodeEnvelope(endStreamFlag, new TextEncoder().encode(JSON.stringify(json)));
}

function clarifyConnectUnary(answer: UniversalServerResponse, first: Uint8Array, explain: Explain): RpcAnswerHead {
  const error = errorFromJsonBytes(first, undefined, new ConnectError("", Code.Internal));
  if (error.details.length > 0) return { answer, first };
  const status = explain(error);
  const body = errorToJsonBytes(status, undefined);
  const header = new Headers(answer.header);
  header.set("content-length", String(body.byteLength));
  return { answer: { ...answer, header, status: codeToHttpStatus(status.code) }, first: body };
}
