/** Lists what a caller may name as a model: workloads, and routes. */

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

/** What a name stands for. */
export type NamedModel =
  | { readonly kind: "workload"; readonly workload: Workload }
  | { readonly kind: "route"; readonly route: Route };

/**
 * The models that a caller may name, workloads first, as they are now. A route with the name of a workload cannot be
 * named as a model.
 */
export function listModels(routes: RouteHandlers, context: CallContext): NamedModel[] {
  const workloads = listWorkloads(routes, context);
  const taken = new Set(workloads.map(({ name }) => name));
  const named = listRoutes(routes, context).filter(({ name }) => !taken.has(name));
  return [
    ...workloads.map((workload) => ({ kind: "workload" as const, workload })),
    ...named.map((route) => ({ kind: "route" as const, route })),
  ];
}

function listWorkloads(routes: RouteHandlers, context: CallContext): Workload[] {
  return readPages((pageToken) => {
    const request = create(ListWorkloadsRequestSchema, { pageSize: PAGE_SIZE, pageToken });
    const { workloads, nextPageToken } = routes.listWorkloads(request, context);
    return { items: workloads, nextPageToken };
  });
}

function listRoutes(routes: RouteHandlers, context: CallContext): Route[] {
  return readPages((pageToken) => {
    const request = create(ListRoutesRequestSchema, { pageSize: PAGE_SIZE, pageToken });
    const page = routes.listRoutes(request, context);
    return { items: page.routes, nextPageToken: page.nextPageToken };
  });
}

function readPages<Item>(
  read: (pageToken: string) => { readonly items: readonly Item[]; readonly nextPageToken: string },
): Item[] {
  const all: Item[] = [];
  for (let pageToken: string | undefined = ""; pageToken !== undefined; ) {
    const { items, nextPageToken } = read(pageToken);
    all.push(...items);
    pageToken = nextPageToken === "" ? undefined : nextPageToken;
  }
  return all;
}
