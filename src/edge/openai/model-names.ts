/** Knows what the names mean that clients give as `model`. */

import { create } from "@bufbuild/protobuf";

import {
  ListRoutesRequestSchema,
  ListWorkloadsRequestSchema,
  type Route,
  type Workload,
} from "../../../gen/ts/understudy/v1/route_service_pb.ts";
import type { CallContext } from "../../call/call-context.ts";
import type { RouteHandlers } from "../../service/services.ts";

/** Names per page: the most that the service gives. */
const PAGE_SIZE = 1_000;

export interface ModelNames {
  /** What a name means. `reference` is `provider/model`, which may or may not be allowed. */
  kindOf(name: string, context: CallContext): "workload" | "route" | "reference" | "unknown";
  /** The model of a route: what its upstream is asked for. */
  modelOf(route: string, context: CallContext): string;
  listWorkloads(context: CallContext): Workload[];
  /** Routes as they are now, those on demand included. */
  listRoutes(context: CallContext): Route[];
}

interface Known {
  readonly workloads: ReadonlySet<string>;
  readonly modelByRoute: ReadonlyMap<string, string>;
}

/** Creates the names of one configuration, as a caller may see them. */
export function createModelNames(routes: RouteHandlers): ModelNames {
  const look = (context: CallContext): Known => ({
    workloads: new Set(listWorkloads(routes, context).map(({ name }) => name)),
    modelByRoute: new Map(listRoutes(routes, context).map(({ name, model }) => [name, model])),
  });
  return {
    kindOf(name, context) {
      const { workloads, modelByRoute } = look(context);
      if (workloads.has(name)) return "workload";
      if (name.includes("/")) return "reference";
      return modelByRoute.has(name) ? "route" : "unknown";
    },
    modelOf(route, context) {
      const slash = route.indexOf("/");
      return slash >= 0 ? route.slice(slash + 1) : (look(context).modelByRoute.get(route) ?? route);
    },
    listWorkloads: (context) => listWorkloads(routes, context),
    listRoutes: (context) => listRoutes(routes, context),
  };
}

function listWorkloads(routes: RouteHandlers, context: CallContext): Workload[] {
  const all: Workload[] = [];
  for (let pageToken: string | undefined = ""; pageToken !== undefined; ) {
    const request = create(ListWorkloadsRequestSchema, { pageSize: PAGE_SIZE, pageToken });
    const page = routes.listWorkloads(request, context);
    all.push(...page.workloads);
    pageToken = page.nextPageToken === "" ? undefined : page.nextPageToken;
  }
  return all;
}

function listRoutes(routes: RouteHandlers, context: CallContext): Route[] {
  const all: Route[] = [];
  for (let pageToken: string | undefined = ""; pageToken !== undefined; ) {
    const request = create(ListRoutesRequestSchema, { pageSize: PAGE_SIZE, pageToken });
    const page = routes.listRoutes(request, context);
    all.push(...page.routes);
    pageToken = page.nextPageToken === "" ? undefined : page.nextPageToken;
  }
  return all;
}
