/** Says what happened at a change of the serving route. */

import { type Duration, durationMs } from "@bufbuild/protobuf/wkt";

import type { RouteSwitched } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { SwitchMode, SwitchReasonSchema } from "../../gen/ts/understudy/v1/routing_pb.ts";
import { enumWord } from "./enum-word.ts";

/** `sim-claude stalled after 232 bytes: sim-gpt continues after 1.5 s`. */
export function describeSwitch({ from, to, reason, mode, atUtf8Byte, gap }: RouteSwitched): string {
  const continued = mode === SwitchMode.CONTINUED;
  const place = continued ? ` after ${atUtf8Byte} bytes` : " before any text";
  const wait = gap === undefined ? "" : ` after ${describeLength(gap)}`;
  return `${from} ${enumWord(SwitchReasonSchema, reason)}${place}: ${to} ${continued ? "continues" : "begins"}${wait}`;
}

function describeLength(duration: Duration): string {
  const ms = Math.round(durationMs(duration));
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
}
