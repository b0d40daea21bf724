/** Says in a few words what happened in a call. */

import { ErrorInfoSchema } from "../../../gen/ts/google/rpc/error_details_pb.ts";
import type { Completed, RouteSwitched } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import { FinishReason, FinishReasonSchema } from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import { type Attempt, FailoverReportSchema } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { SwitchMode, SwitchReasonSchema } from "../../../gen/ts/understudy/v1/routing_pb.ts";
import type { Told } from "../clients/scenario-client.ts";

/** `retry, restart failed` or `aborted answer_interrupted`: what the gateway did, in order. */
export function describeTold({ events, error }: Told): string {
  const happened = events.map(({ message }) => message.event);
  const switches = happened.flatMap((event) => (event.case === "routeSwitched" ? [event.value] : []));
  const completed = happened.flatMap((event) => (event.case === "completed" ? [event.value] : []));
  const attempts = completed[0]?.attempts ?? error?.findDetails(FailoverReportSchema)[0]?.attempts ?? [];
  const words = [...describeRetries(attempts), ...switches.map(describeSwitch), ...completed.flatMap(describeFinish)];
  if (error !== undefined) words.push(`refuse ${error.findDetails(ErrorInfoSchema)[0]?.reason ?? error.code}`);
  return words.length === 0 ? "complete" : words.join(", ").toLowerCase();
}

function describeRetries(attempts: readonly Attempt[]): string[] {
  return attempts.filter(({ retry }) => retry).map(() => "retry");
}

function describeSwitch({ mode, reason }: RouteSwitched): string {
  const verb = mode === SwitchMode.CONTINUED ? "continue" : "restart";
  return `${verb} ${SwitchReasonSchema.value[reason]?.localName ?? reason}`;
}

function describeFinish({ finishReason }: Completed): string[] {
  if (finishReason === FinishReason.STOP) return [];
  return [`complete ${FinishReasonSchema.value[finishReason]?.localName ?? finishReason}`];
}
