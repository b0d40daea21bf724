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
  /** Takes the routes that changed, at first all of them, and the names of those that are gone. */
  show(changed: readonly Route[], removed?: readonly string[]): Promise<void>;
  /** Stops what runs by itself. */
  end(): void;
}

/** Shows each change of a route as one line of protobuf JSON; a route that is gone as its name alone. */
export function createRoutesJsonView(out: Output): RoutesView {
  return {
    async show(changed, removed = []) {
      const lines = [
        ...changed.map((route) => toJson(RouteSchema, route)),
        ...removed.map((name) => ({ removed: name })),
      ];
      await out.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    },
    end: () => {},
  };
}

/** Shows each change as one line with its time; changes of counts alone are passed over. */
export function createRoutesLogView(out: Output): RoutesView {
  const lastLines = new Map<string, string>();
  return {
    async show(changed, removed = []) {
      const lines = new Map(changed.map((route) => [route.name, formatRouteChange(route)]));
      for (const name of removed) lines.set(name, formatPrintable(`${name}: removed`));
      for (const [name, line] of lines) {
        if (lastLines.get(name) === line) continue;
        lastLines.set(name, line);
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
