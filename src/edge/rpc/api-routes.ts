/** Joins the services' functions to the methods of the API. */

import type { DescMethod } from "@bufbuild/protobuf";
import type { ConnectRouter } from "@connectrpc/connect";

import { type CompareRoutesRequest, ComparisonService } from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { CompletionService } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { RouteService } from "../../../gen/ts/understudy/v1/route_service_pb.ts";
import type { CallContext } from "../../call/call-context.ts";
import { CallRefused } from "../../call/refusal.ts";
import type { ComparisonHandlers } from "../../service/comparison.ts";
import type { Services } from "../../service/services.ts";
import type { AnswerWith } from "./answer-with.ts";

/** Which functions answer, and when the server's stop ends them. */
export interface ApiRoutes {
  readonly services: Services;
  /** Undefined: the service answers `UNIMPLEMENTED`. */
  readonly comparison: ComparisonHandlers | undefined;
  readonly answerWith: AnswerWith;
  /** Aborted when nobody should wait for an idle stream any more. */
  readonly idleEnd: AbortSignal;
  /** Aborted when every call must end. */
  readonly end: AbortSignal;
}

/** Adds the API to a router. */
export function registerApi(
  router: ConnectRouter,
  { services, comparison, answerWith, idleEnd, end }: ApiRoutes,
): void {
  const { completion, routes } = services;

  router.service(
    CompletionService,
    {
      complete: answerWith.once((request, context) => completion.complete(request, context)),
      streamComplete: answerWith.stream(
        (request, context) => completion.streamComplete(request, context),
        (response) => response.event.case === "completed",
      ),
    },
    { shutdownSignal: end },
  );
  router.service(
    RouteService,
    {
      listWorkloads: answerWith.once((request, context) => routes.listWorkloads(request, context)),
      listRoutes: answerWith.once((request, context) => routes.listRoutes(request, context)),
      watchRoutes: answerWith.stream((request, context) => routes.watchRoutes(request, context), neverLast),
      isolateRoute: answerWith.once((request, context) => routes.isolateRoute(request, context)),
      restoreRoute: answerWith.once((request, context) => routes.restoreRoute(request, context)),
      explainRequest: answerWith.once((request, context) => routes.explainRequest(request, context)),
    },
    { shutdownSignal: idleEnd },
  );
  const compareRoutes = comparison
    ? (request: CompareRoutesRequest, context: CallContext) => comparison.compareRoutes(request, context)
    : () => refuseMethod(ComparisonService.method.compareRoutes);
  router.service(
    ComparisonService,
    { compareRoutes: answerWith.stream(compareRoutes, neverLast) },
    { shutdownSignal: end },
  );
}

function neverLast(): boolean {
  return false;
}

function refuseMethod(method: DescMethod): never {
  const message = `this server does not carry ${method.parent.typeName}.${method.name} yet`;
  throw new CallRefused({ reason: ErrorReason.NOT_CARRIED, message });
}
