/** Answers `CompletionService`: validates, plans, runs, and sums up. */

import { create } from "@bufbuild/protobuf";
import {
  type CompleteRequest,
  type CompleteResponse,
  CompleteResponseSchema,
  type StreamCompleteResponse,
} from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import type { CallContext } from "../call/call-context.ts";
import type { Engine } from "../failover/engine.ts";
import { makePlan, type PlanSettings } from "../plan/make-plan.ts";
import { checkScope } from "./check-scope.ts";
import { collectAnswer } from "./collect-answer.ts";
import { noteRequest } from "./note-request.ts";
import type { CompletionHandlers } from "./services.ts";
import { validateRequest } from "./validate-request.ts";

/** Creates the handlers of `CompletionService`. */
export function createCompletion(settings: PlanSettings, engine: Engine): CompletionHandlers {
  const run = (
    request: CompleteRequest,
    context: CallContext,
    unary: boolean,
  ): AsyncIterable<StreamCompleteResponse> => {
    const { requestId, timeoutMs, signal, caller, trail } = context;
    validateRequest(request);
    noteRequest(trail, request, settings.workloads);
    checkScope(request, caller);
    const routes = settings.pinRoutes(caller?.name ?? "");
    try {
      const call = { requestId, caller: caller?.name ?? "", routes, timeoutMs, unary, nowMs: performance.now() };
      const plan = makePlan(request, settings, call);
      const tell = trail.began(plan.routes.map(({ route }) => route.name));
      return engine.run(plan, signal, (ended) => {
        routes.release();
        tell(ended);
      });
    } catch (error) {
      routes.release();
      throw error;
    }
  };
  return {
    async complete(request, context): Promise<CompleteResponse> {
      const response = create(CompleteResponseSchema, {
        requestId: context.requestId,
        clientRequestId: request.clientRequestId,
      });
      return collectAnswer(response, run(request, context, true));
    },
    streamComplete: (request, context) => run(request, context, false),
  };
}
