/** Shows each change of a route as one line of protobuf JSON. */

import { toJson } from "@bufbuild/protobuf";
import { RouteSchema } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import type { Output } from "./output.ts";
import type { RoutesView } from "./routes-view.ts";

export function createRoutesJsonView(out: Output): RoutesView {
  return {
    show: (changed) => out.write(changed.map((route) => `${JSON.stringify(toJson(RouteSchema, route))}\n`).join("")),
    end: () => {},
  };
}
