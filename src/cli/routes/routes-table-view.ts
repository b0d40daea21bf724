/** Shows the routes as a table that is drawn again in its place. What does not fit the terminal is cut. */

import type { Route } from "../../../gen/ts/understudy/v1/route_service_pb.ts";
import type { Output } from "../terminal/terminal.ts";
import { formatRoutes } from "./routes-table.ts";
import type { RoutesView } from "./routes-view.ts";

/** How often the table is drawn again without a change, so that its times go on. */
const redrawIntervalMs = 1000;

export function createRoutesTableView(out: Output): RoutesView {
  const routes = new Map<string, Route>();
  let drawnLineCount = 0;
  const draw = async (): Promise<void> => {
    const { rows, columns } = out.size();
    const sorted = [...routes.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
    const table = formatRoutes(sorted, Date.now(), { paint: out.paint, maxWidth: columns });
    const lines = fitRows(table, rows - 1); // the cursor takes the last row
    const back = drawnLineCount === 0 ? "" : `\u001b[${drawnLineCount}A\u001b[0J`;
    drawnLineCount = lines.length;
    await out.write(`${back}${lines.join("\n")}\n`);
  };
  const timer = setInterval(() => void draw(), redrawIntervalMs);
  return {
    show(changed, removed = []) {
      for (const route of changed) routes.set(route.name, route);
      for (const name of removed) routes.delete(name);
      return draw();
    },
    end: () => clearInterval(timer),
  };
}

function fitRows(lines: readonly string[], rows: number): string[] {
  if (lines.length <= rows) return [...lines];
  const shown = lines.slice(0, Math.max(1, rows - 1));
  return [...shown, `and ${lines.length - shown.length} more`];
}
