/** Calls `Complete` with curl and JSON. */

import { create, fromJson, type JsonValue, toJson } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { errorFromJson } from "@connectrpc/connect/protocol-connect";
import { CompleteRequestSchema, CompleteResponseSchema } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import { curlJson } from "../../edge/run-curl.ts";
import type { CreateClient } from "./scenario-client.ts";

/** Creates a client for unary calls: a stream needs framing that curl does not do. */
export const createCurlClient: CreateClient = (url) => ({
  stream: () => Promise.reject(new Error("curl does not frame messages")),
  async complete(request, { timeoutMs } = {}) {
    const json = JSON.stringify(toJson(CompleteRequestSchema, create(CompleteRequestSchema, request)));
    const deadline = timeoutMs === undefined ? [] : ["-H", `connect-timeout-ms: ${timeoutMs}`];
    const startedAtMs = performance.now();
    const { status, text, body } = await curlJson(url, "CompletionService/Complete", json, ...deadline);
    const tookMs = performance.now() - startedAtMs;
    const answer: JsonValue = JSON.parse(body);
    if (status === 200) {
      const response = fromJson(CompleteResponseSchema, answer);
      return { events: [], response, error: undefined, tookMs };
    }
    const fallback = new ConnectError(`curl got ${status}`, Code.Unknown);
    return { events: [], response: undefined, error: errorFromJson(answer, readHeaders(text), fallback), tookMs };
  },
  close: () => {},
});

function readHeaders(text: string): Headers {
  const head = text.slice(0, text.indexOf("\r\n\r\n")).split("\r\n").slice(1);
  return new Headers(
    head.map((line): [string, string] => [line.split(":", 1)[0] ?? "", line.replace(/^[^:]*: */u, "")]),
  );
}
