/** Joins the services' functions to the methods of the API. */

import type { ConnectRouter } from "@connectrpc/connect";

import { AdminService } from "../../../gen/ts/understudy/v1/admin_service_pb.ts";
import { ComparisonService } from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { CompletionService } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import { RouteService } from "../../../gen/ts/understudy/v1/route_service_pb.ts";
import { answerWith } from "./answer-with.ts";

/** When the server's stop ends the calls. */
export interface ApiEnds {
  /** Aborted when nobody should wait for an idle stream any more. */
  readonly idleEnd: AbortSignal;
  /** Aborted when every call must end. */
  readonly end: AbortSignal;
}

/** Adds the API to a router. Each call is answered by the services of its own generation. */
export function registerApi(router: ConnectRouter, { idleEnd, end }: ApiEnds): void {
  router.service(
    CompletionService,
    {
      complete: answerWith.once((request, context, { completion }) => completion.complete(request, context)),
      streamComplete: answerWith.stream(
        (request, context, { completion }) => completion.streamComplete(request, context),
        (response) => response.event.case === "completed",
      ),
    },
    { shutdownSignal: end },
  );
  router.service(
    RouteService,
    {
      listWorkloads: answerWith.once((request, context, { routes }) => routes.listWorkloads(request, context)),
      listRoutes: answerWith.once((request, context, { routes }) => routes.listRoutes(request, context)),
      watchRoutes: answerWith.stream((request, context, { routes }) => routes.watchRoutes(request, context), neverLast),
      isolateRoute: answerWith.once((request, context, { routes }) => routes.isolateRoute(request, context)),
      restoreRoute: answerWith.once((request, context, { routes }) => routes.restoreRoute(request, context)),
      explainRequest: answerWith.once((request, context, { routes }) => routes.explainRequest(request, context)),
    },
    { shutdownSignal: idleEnd },
  );
  router.service(
    ComparisonService,
    {
      compareRoutes: answerWith.stream(
        (request, context, { comparison }) => comparison.compareRoutes(request, context),
        neverLast,
      ),
    },
    { shutdownSignal: end },
  );
  router.service(
    AdminService,
    {
      reloadConfiguration: answerWith.once((request, context, { admin }) =>
        admin.reloadConfiguration(request, context),
      ),
    },
    { shutdownSignal: end },
  );
}

function neverLast(): boolean {
  return false;
}
