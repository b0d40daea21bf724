/** The door of plain HTTP: what this is, whether it serves, and what to do about an unknown path. */

import type { Door, OpenEntrance } from "../door/door.ts";
import { answerText } from "../port/answer-text.ts";
import { discardRequest, type Exchange } from "../port/exchange.ts";
import { makeStatus } from "../status.ts";

const WELCOME = `Understudy: an LLM fallback gateway.

One port speaks gRPC, gRPC-Web and Connect (JSON), over HTTP/1.1 and HTTP/2.

List the services:    grpcurl -plaintext HOST:PORT list
Ask for one answer:   curl HOST:PORT/understudy.v1.CompletionService/Complete \\
                        -H 'content-type: application/json' \\
                        -d '{"workload":"NAME","messages":[{"role":"ROLE_USER","text":"Hello"}]}'
Or as the OpenAI API: base URL http://HOST:PORT/v1, the model is a workload
Is it serving:        curl HOST:PORT/healthz
`;

/** Creates the door that answers every path. The last one of the list. */
export function createPlainDoor(isServing: () => boolean): Door {
  const entrance: OpenEntrance = {
    kind: "open",
    watches: false,
    answer(exchange) {
      const { method } = exchange.request;
      const reads = method === "GET" || method === "HEAD";
      if (exchange.path === "/healthz" && reads) {
        const serving = isServing();
        answerText(exchange, serving ? 200 : 503, serving ? "ok" : "draining");
      } else if (exchange.path === "/" && reads) {
        answerText(exchange, 200, WELCOME);
      } else {
        answerUnknown(exchange);
      }
    },
    refuse: (exchange, refusal) => answerText(exchange, makeStatus(refusal).httpStatus, refusal.message),
  };
  return { exposedHeaders: [], find: () => entrance };
}

/** As much of a path as an error tells, in characters. */
const MAX_SHOWN_PATH = 200;

function answerUnknown(exchange: Exchange): void {
  const { request, response } = exchange;
  const text = "There is nothing at this path. GET / tells how to call this server.";
  if (request.headers["content-type"]?.startsWith("application/grpc") === true) {
    // A gRPC client takes its answer from a status in the headers; 12 is UNIMPLEMENTED.
    response.setHeader("content-type", "application/grpc");
    response.setHeader("grpc-status", "12");
    response.setHeader("grpc-message", text);
    response.end();
    discardRequest(exchange);
  } else if (exchange.path.startsWith("/v1/")) {
    // A client of the vendors' APIs reads errors in their form, which is the same at this path for all of them.
    const message = `There is nothing at ${exchange.path.slice(0, MAX_SHOWN_PATH)}. GET / tells how to call this server.`;
    const error = { message, type: "invalid_request_error", param: null, code: "unknown_url" };
    response.statusCode = 404;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ error }));
    discardRequest(exchange);
  } else {
    answerText(exchange, 404, text);
  }
}
