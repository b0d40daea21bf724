/** Shows each change of a route as one line with its time; changes of counts alone are passed over. */

import { formatRouteChange } from "./format-route-change.ts";
import type { Output } from "./output.ts";
import type { RoutesView } from "./routes-view.ts";

export function createRoutesLogView(out: Output): RoutesView {
  const lastLines = new Map<string, string>();
  return {
    async show(changed) {
      for (const route of changed) {
        const line = formatRouteChange(route);
        if (lastLines.get(route.name) === line) continue;
        lastLines.set(route.name, line);
        await out.write(`${new Date().toISOString()} ${line}\n`);
      }
    },
    end: () => {},
  };
}
