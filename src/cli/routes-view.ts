/** What `understudy routes --watch` shows. */

import type { Route } from "../../gen/ts/understudy/v1/route_service_pb.ts";

export interface RoutesView {
  /** Takes the routes that changed, at first all of them. */
  show(changed: readonly Route[]): Promise<void>;
  /** Stops what runs by itself. */
  end(): void;
}
