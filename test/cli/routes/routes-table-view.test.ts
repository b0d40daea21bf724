import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Availability_State, type Route, RouteSchema } from "../../../gen/ts/understudy/v1/route_service_pb.ts";
import { createRoutesTableView } from "../../../src/cli/routes/routes-table-view.ts";
import { recordTerminal } from "../record-terminal.ts";

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

function route(name: string, cause = ""): Route {
  const availability = { state: Availability_State.COOLING_DOWN, until: timestampFromMs(5000), cause };
  return create(RouteSchema, { name, availability });
}

/** The drawings, without the moves between them. */
function drawings(screen: string): string[] {
  // oxlint-disable-next-line no-control-regex -- the moves are control characters
  return screen.split(/\u001b\[\d+A\u001b\[0J/u);
}

test("draws the table again in its place, in the order of names, and lets its times go on", async () => {
  const terminal = recordTerminal({ columns: 120 });
  const view = createRoutesTableView(terminal.out);
  await view.show([route("two"), route("one")]);
  await view.show([route("two", "asked too much")]);
  await vi.advanceTimersByTimeAsync(1000);
  view.end();
  await vi.advanceTimersByTimeAsync(5000);
  const [first, second, third, ...others] = drawings(terminal.screen());
  expect(first).toMatch(/^ROUTE.*\none .* in 5\.0 s .*\ntwo .* -\n$/u);
  expect(second).toMatch(/two .* asked too much\n$/u);
  expect(third).toMatch(/in 4\.0 s/u);
  expect(others).toEqual([]);
  expect(terminal.screen()).toContain("\u001b[3A");
});

test("cuts what does not fit the terminal", async () => {
  const terminal = recordTerminal({ rows: 4, columns: 80 });
  const view = createRoutesTableView(terminal.out);
  await view.show([route("one", "a very long cause ".repeat(9)), route("two"), route("three"), route("four")]);
  view.end();
  const lines = terminal.screen().trimEnd().split("\n");
  expect(lines).toHaveLength(3);
  expect(lines.at(-1)).toBe("and 3 more");
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
});
