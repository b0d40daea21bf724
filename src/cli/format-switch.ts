/** Writes a change of the serving route as one line. */

import { durationMs } from "@bufbuild/protobuf/wkt";
import type { RouteSwitched } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { SwitchMode, SwitchReasonSchema } from "../../gen/ts/understudy/v1/routing_pb.ts";
import { enumWord } from "../call/enum-words.ts";
import { describeElapsed } from "../time/duration.ts";
import { formatPrintable } from "./format-printable.ts";

/** `-- switched claude-direct -> claude-on-azure: stalled after 312 bytes, gap 2.1 s --` */
export function formatSwitch(switched: RouteSwitched): string {
  const reason = enumWord(SwitchReasonSchema, switched.reason);
  const facts = [
    switched.mode === SwitchMode.RESTARTED
      ? `${reason} before any text`
      : `${reason} after ${switched.atUtf8Byte} bytes`,
    ...(switched.trimmedBytes > 0n ? [`${switched.trimmedBytes} repeated bytes trimmed`] : []),
    ...(switched.gap === undefined ? [] : [`gap ${describeElapsed(durationMs(switched.gap))}`]),
  ];
  return `-- switched ${formatPrintable(`${switched.from} -> ${switched.to}`)}: ${facts.join(", ")} --`;
}
