/** The door of OpenAI's Chat Completions: an app gets fallbacks by changing its base URL. */

import type { Registry } from "@bufbuild/protobuf";

import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import type { CallContext } from "../../call/call-context.ts";
import { CallRefused } from "../../call/refusal.ts";
import type { Services } from "../../service/services.ts";
import { describeFault } from "../../telemetry/describe-fault.ts";
import type { Log } from "../../telemetry/log.ts";
import type { CallGate } from "../admission/call-gate.ts";
import type { RequestMemory } from "../admission/request-memory.ts";
import type { Door } from "../door/door.ts";
import { openHttpCall } from "../door/http-call.ts";
import { writeJson } from "../door/write-json.ts";
import type { EdgeLimits } from "../edge-limits.ts";
import { abandon, type Exchange } from "../port/exchange.ts";
import { type FailedCall, refusalOf } from "../refusal-of.ts";
import { answerChat } from "./answer-chat.ts";
import { createModelNames, type ModelNames } from "./model-names.ts";
import { listModels, type Model } from "./models.ts";
import { writeError } from "./write-error.ts";

const CHAT_PATH = "/v1/chat/completions";
const MODELS_PATH = "/v1/models";

export interface OpenaiDoorOptions {
  readonly services: Services;
  readonly limits: EdgeLimits;
  readonly gate: CallGate;
  readonly memory: RequestMemory;
  /** Explains a `routing` that cannot be read. */
  readonly registry: Registry;
  readonly log: Log;
  /** Aborted when every call must end. */
  readonly end: AbortSignal;
}

/** Creates the door. Paths that are none of its own are for another door. */
export function createOpenaiDoor(options: OpenaiDoorOptions): Door {
  const names = createModelNames(options.services.routes);
  const createdS = Math.floor(Date.now() / 1_000);
  return (exchange) => {
    const answer = findAnswer(exchange, options, names, createdS);
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
  readonly run: (context: CallContext) => Promise<void>;
}

function findAnswer(
  exchange: Exchange,
  options: OpenaiDoorOptions,
  names: ModelNames,
  createdS: number,
): Answer | undefined {
  const { path } = exchange;
  if (path === CHAT_PATH) return { method: "POST", run: (context) => answerChat(exchange, context, options, names) };
  const write = (body: object): Promise<void> =>
    writeJson(exchange, { status: 200, body }, options.limits.clientStallTimeoutMs);
  if (path === MODELS_PATH) {
    return { method: "GET", run: (context) => write({ object: "list", data: listModels(names, context, createdS) }) };
  }
  if (!path.startsWith(`${MODELS_PATH}/`)) return undefined;
  const id = decodeId(path.slice(MODELS_PATH.length + 1));
  return { method: "GET", run: async (context) => write(findModel(listModels(names, context, createdS), id)) };
}

/** Runs an answer, and gives a failure before its first byte the form of an error. */
async function run(exchange: Exchange, { gate, end, limits, log }: OpenaiDoorOptions, answer: Answer): Promise<void> {
  const { request, requestId } = exchange;
  const { clientStallTimeoutMs } = limits;
  if (request.method !== answer.method) return refuseMethod(exchange, answer.method, clientStallTimeoutMs);
  let context: FailedCall = { requestId, signal: end };
  try {
    const call = openHttpCall(exchange, gate, end);
    context = call;
    await answer.run(call);
  } catch (error) {
    if (exchange.response.headersSent) throw error;
    await writeError(exchange, refusalOf(error, context, log), clientStallTimeoutMs);
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
