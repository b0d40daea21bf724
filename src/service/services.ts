/** What the edge serves: the three services of the API as plain functions of a request and a call's context. */

import type {
  CompleteRequest,
  CompleteResponse,
  StreamCompleteResponse,
} from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import type {
  ExplainRequestRequest,
  ExplainRequestResponse,
  IsolateRouteRequest,
  IsolateRouteResponse,
  ListRoutesRequest,
  ListRoutesResponse,
  ListWorkloadsRequest,
  ListWorkloadsResponse,
  RestoreRouteRequest,
  RestoreRouteResponse,
  WatchRoutesRequest,
  WatchRoutesResponse,
} from "../../gen/ts/understudy/v1/route_service_pb.ts";
import type { CallContext } from "../call/call-context.ts";

/** Answers completions. Fails with `CallRefused`. */
export interface CompletionHandlers {
  complete(request: CompleteRequest, context: CallContext): Promise<CompleteResponse>;
  /** Ends the call when the consumer stops reading (`return()`), as well as by `context.signal`. */
  streamComplete(request: CompleteRequest, context: CallContext): AsyncIterable<StreamCompleteResponse>;
}

/** Knows what names mean in the configuration as it is now. Cheap: asked for every call. */
export interface ModelNames {
  /** What a name means; undefined if it means nothing. `provider/model` is a route, which may not be allowed. */
  kindOf(name: string): "workload" | "route" | undefined;
  /** The model of a route: what its upstream is asked for. The name itself if there is no such route. */
  modelOf(route: string): string;
}

/** Shows and steers routes. Fails with `CallRefused`. */
export interface RouteHandlers extends ModelNames {
  listWorkloads(request: ListWorkloadsRequest, context: CallContext): ListWorkloadsResponse;
  listRoutes(request: ListRoutesRequest, context: CallContext): ListRoutesResponse;
  watchRoutes(request: WatchRoutesRequest, context: CallContext): AsyncIterable<WatchRoutesResponse>;
  isolateRoute(request: IsolateRouteRequest, context: CallContext): IsolateRouteResponse;
  restoreRoute(request: RestoreRouteRequest, context: CallContext): RestoreRouteResponse;
  explainRequest(request: ExplainRequestRequest, context: CallContext): ExplainRequestResponse;
}

export interface Services {
  readonly completion: CompletionHandlers;
  readonly routes: RouteHandlers;
}
