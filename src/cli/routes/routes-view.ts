/** What `understudy routes --watch` shows: each change of a route as one line, for people or for programs. */

import { toJson } from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import {
  Availability_StateSchema,
  BreakerStateSchema,
  type Route,
  RouteSchema,
} from "../../../gen/ts/understudy/v1/route_service_pb.ts";
import { enumWord } from "../../call/enum-words.ts";
import { formatPrintable } from "../terminal/shown-text.ts";
import type { Output } from "../terminal/terminal.ts";

/** A view of routes that change. */
export interface RoutesView {
  /** Takes the routes that changed, at first all of them. */
  show(changed: readonly Route[]): Promise<void>;
  /** Stops what runs by itself. */
  end(): void;
}

/** Shows each change of a route as one line of protobuf JSON. */
export function createRoutesJsonView(out: Output): RoutesView {
  return {
    show: (changed) => out.write(changed.map((route) => `${JSON.stringify(toJson(RouteSchema, route))}\n`).join("")),
    end: () => {},
  };
}

/** Shows each change as one line with its time; changes of counts alone are passed over. */
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

/**
 * `claude-direct: open, breaker open, until 2026-01-01T00:00:30.000Z: 3 failures in a row`. Counts are left out, so that
 * two equal lines mean that nothing of interest changed.
 */
function formatRouteChange({ name, availability }: Route): string {
  if (availability === undefined) return formatPrintable(`${name}: unknown`);
  const facts = [
    enumWord(Availability_StateSchema, availability.state),
    `breaker ${enumWord(BreakerStateSchema, availability.breakerState)}`,
    ...(availability.until === undefined ? [] : [`until ${timestampDate(availability.until).toISOString()}`]),
  ];
  const cause = availability.cause === "" ? "" : `: ${availability.cause}`;
  return formatPrintable(`${name}: ${facts.join(", ")}${cause}`);
}
