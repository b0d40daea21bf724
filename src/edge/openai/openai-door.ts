/** The door of OpenAI's Chat Completions: an app gets fallbacks by changing its base URL. */

import type { Registry } from "@bufbuild/protobuf";

import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import type { CallObserver } from "../../call/call-observer.ts";
import { CallRefused } from "../../call/refusal.ts";
import { describeFault } from "../../telemetry/describe-fault.ts";
import type { Log } from "../../telemetry/log.ts";
import type { CallGate } from "../admission/call-gate.ts";
import { followCall } from "../admission/call-trail.ts";
import type { RequestMemory } from "../admission/request-memory.ts";
import type { Door } from "../door/door.ts";
import { type HttpCall, openHttpCall } from "../door/http-call.ts";
import { type FailedCall, refusalOf } from "../door/refusal-of.ts";
import { writeJson } from "../door/write-json.ts";
import { abandon, type Exchange, wasCutShort } from "../port/exchange.ts";
import { answerChat } from "./answer-chat.ts";
import { createModelNames } from "./model-names.ts";
import { listModels, type Model } from "./models.ts";
import { writeError } from "./write-error.ts";

const CHAT_PATH = "/v1/chat/completions";
const MODELS_PATH = "/v1/models";

export interface OpenaiDoorOptions {
  readonly gate: CallGate;
  readonly memory: RequestMemory;
  /** Explains a `routing` that cannot be read. */
  readonly registry: Registry;
  readonly log: Log;
  readonly observer: Required<CallObserver>;
  /** Aborted when every call must end. */
  readonly end: AbortSignal;
}

/** Creates the door. Paths that are none of its own are for another door. */
export function createOpenaiDoor(options: OpenaiDoorOptions): Door {
  const createdS = Math.floor(Date.now() / 1_000);
  return (exchange) => {
    const answer = findAnswer(exchange, options, createdS);
    if (answer === undefined) return false;
    exchange.response.setHeader("x-understudy-request-id", exchange.requestId);
    run(exchange, options, answer).catch((error: unknown) => {
      options.log.debug({ requestId: exchange.requestId, ...describeFault(error) }, "answer broke off");
      abandon(exchange);
    });
    return true;
  };
}

interface Answer {
  readonly method: "GET" | "POST";
  /** What is done, as records name it. */
  readonly name: string;
  readonly run: (context: HttpCall) => Promise<void>;
}

function findAnswer(exchange: Exchange, options: OpenaiDoorOptions, createdS: number): Answer | undefined {
  const { path, generation } = exchange;
  const names = createModelNames(generation.services.routes);
  if (path === CHAT_PATH) {
    return {
      method: "POST",
      name: "chat.completions",
      run: (context) => answerChat(exchange, context, options, names),
    };
  }
  const write = (body: object): Promise<void> =>
    writeJson(exchange, { status: 200, body }, generation.limits.clientStallTimeoutMs);
  if (path === MODELS_PATH) {
    return {
      method: "GET",
      name: "models",
      run: (context) => write({ object: "list", data: listModels(names, context, createdS) }),
    };
  }
  if (!path.startsWith(`${MODELS_PATH}/`)) return undefined;
  const id = decodeId(path.slice(MODELS_PATH.length + 1));
  return {
    method: "GET",
    name: "models",
    run: async (context) => write(findModel(listModels(names, context, createdS), id)),
  };
}

/** Runs an answer, and gives a failure before its first byte the form of an error. */
async function run(exchange: Exchange, { gate, end, observer }: OpenaiDoorOptions, answer: Answer): Promise<void> {
  const { request, response, requestId, generation } = exchange;
  const { clientStallTimeoutMs } = generation.limits;
  if (request.method !== answer.method) return refuseMethod(exchange, answer.method, clientStallTimeoutMs);
  const trail = followCall({ requestId, door: "openai", method: answer.name }, observer);
  response.once("close", () => trail.closed(wasCutShort(response)));
  let context: FailedCall = { signal: end, trail };
  try {
    const call = openHttpCall(exchange, gate, end, trail);
    context = call;
    await answer.run(call);
  } catch (error) {
    if (response.headersSent) throw error;
    await writeError(exchange, refusalOf(error, context), clientStallTimeoutMs);
  }
}

function refuseMethod(exchange: Exchange, method: string, clientStallTimeoutMs: number): Promise<void> {
  const message = `${exchange.path} takes ${method}`;
  const body = { error: { message, type: "invalid_request_error", param: null, code: "method_not_allowed" } };
  return writeJson(exchange, { status: 405, body, headers: { allow: method } }, clientStallTimeoutMs);
}

/** Names with a slash may come encoded or not. */
function decodeId(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

function findModel(models: readonly Model[], wanted: string): Model {
  const model = models.find(({ id }) => id === wanted);
  if (model !== undefined) return model;
  const message = "there is no workload and no route of this name; GET /v1/models lists them";
  throw new CallRefused({ reason: ErrorReason.ROUTE_NOT_FOUND, message });
}
