/** Writes routes as a table. */

import { timestampMs } from "@bufbuild/protobuf/wkt";
import {
  type Availability,
  Availability_State,
  Availability_StateSchema,
  BreakerState,
  BreakerStateSchema,
  type Route,
} from "../../../gen/ts/understudy/v1/route_service_pb.ts";
import { enumWord } from "../../call/enum-words.ts";
import { describeElapsed } from "../../time/duration.ts";
import type { Style } from "../terminal/shown-text.ts";
import { type Cell, formatTable, type TableOptions } from "../terminal/table.ts";

const headings = ["ROUTE", "MODEL", "AVAILABILITY", "BREAKER", "IN FLIGHT", "SINCE", "UNTIL", "CAUSE"];

/** Returns lines: headings, then one line a route. */
export function formatRoutes(routes: readonly Route[], nowMs: number, options: TableOptions): string[] {
  return formatTable(
    headings,
    routes.map((route) => routeRow(route, nowMs)),
    options,
  );
}

function routeRow({ name, model, availability }: Route, nowMs: number): Cell[] {
  if (availability === undefined) return [name, model, "", "", "", "", "", ""];
  const { state, breakerState, since, until, cause } = availability;
  return [
    name,
    model,
    { text: enumWord(Availability_StateSchema, state), style: stateStyle(state) },
    {
      text: enumWord(BreakerStateSchema, breakerState),
      style: breakerState === BreakerState.CLOSED ? "good" : "bad",
    },
    formatLoad(availability),
    since === undefined ? "" : `${describeElapsed(Math.max(0, nowMs - timestampMs(since)))} ago`,
    until === undefined ? "" : `in ${describeElapsed(Math.max(0, timestampMs(until) - nowMs))}`,
    cause,
  ];
}

function formatLoad({ inFlightCount, maxConcurrency, waitingCount }: Availability): string {
  const places = `${inFlightCount}/${maxConcurrency}`;
  return waitingCount === 0 ? places : `${places} +${waitingCount}`;
}

function stateStyle(state: Availability_State): Style {
  if (state === Availability_State.AVAILABLE) return "good";
  return state === Availability_State.PROBING || state === Availability_State.FULL ? "warning" : "bad";
}
