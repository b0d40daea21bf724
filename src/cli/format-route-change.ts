/** Writes the state of a route as one line of a log. */

import { timestampDate } from "@bufbuild/protobuf/wkt";
import {
  Availability_StateSchema,
  BreakerStateSchema,
  type Route,
} from "../../gen/ts/understudy/v1/route_service_pb.ts";
import { enumWord } from "../call/enum-words.ts";
import { formatPrintable } from "./format-printable.ts";

/**
 * `claude-direct: open, breaker open, until 2026-01-01T00:00:30.000Z: 3 failures in a row`. Counts are left out, so that
 * two equal lines mean that nothing of interest changed.
 */
export function formatRouteChange({ name, availability }: Route): string {
  if (availability === undefined) return formatPrintable(`${name}: unknown`);
  const facts = [
    enumWord(Availability_StateSchema, availability.state),
    `breaker ${enumWord(BreakerStateSchema, availability.breakerState)}`,
    ...(availability.until === undefined ? [] : [`until ${timestampDate(availability.until).toISOString()}`]),
  ];
  const cause = availability.cause === "" ? "" : `: ${availability.cause}`;
  return formatPrintable(`${name}: ${facts.join(", ")}${cause}`);
}
