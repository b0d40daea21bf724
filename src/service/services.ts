/** What the edge serves: the services of the API as plain functions of a request and a call's context. */

import type {
  ReloadConfigurationRequest,
  ReloadConfigurationResponse,
} from "../../gen/ts/understudy/v1/admin_service_pb.ts";
import type { CompareRoutesRequest, CompareRoutesResponse } from "../../gen/ts/understudy/v1/comparison_service_pb.ts";
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
  /** What a name means to a caller; undefined if nothing. `provider/model` is a route, which may not be allowed. */
  kindOf(name: string, context: Pick<CallContext, "caller">): "workload" | "route" | undefined;
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

/** Compares routes. Fails with `CallRefused`. */
export interface ComparisonHandlers {
  compareRoutes(request: CompareRoutesRequest, context: CallContext): AsyncIterable<CompareRoutesResponse>;
}

/** Changes how the server works. Fails with `CallRefused`. */
export interface AdminHandlers {
  reloadConfiguration(request: ReloadConfigurationRequest, context: CallContext): Promise<ReloadConfigurationResponse>;
}

/** The services of one configuration. */
export interface Services {
  readonly completion: CompletionHandlers;
  readonly routes: RouteHandlers;
  readonly comparison: ComparisonHandlers;
  readonly admin: AdminHandlers;
}
