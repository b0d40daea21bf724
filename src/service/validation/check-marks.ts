/** Checks the caller's own marks: labels and the name of the call. */

import type { CompleteRequest } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import { hasControlCharacter, isLongerThan } from "./text-form.ts";
import type { Violations } from "./violations.ts";

/** Most labels: they are kept with every report. */
const MAX_LABELS = 16;

/** Longest key, value and name in characters. */
const MAX_MARK_CHARACTERS = 128;

const MEND = "use at most 128 characters on one line";

/** Reports marks that are too many, too long, or would break a line of a log. Labels are not shown: they are the caller's. */
export function checkMarks(request: CompleteRequest, violations: Violations): void {
  const { labels, clientRequestId } = request;
  if (!isMark(clientRequestId)) violations.add("client_request_id", "is too long or holds control characters", MEND);
  const keys = Object.keys(labels);
  if (keys.length > MAX_LABELS) return violations.add("labels", "holds more than 16 labels", "leave some out");
  if (keys.includes("")) violations.add("labels", "has an empty key", "give every label a key");
  if (!keys.every(isMark)) violations.add("labels", "has a key that is too long or holds control characters", MEND);
  if (!Object.values(labels).every(isMark)) {
    violations.add("labels", "has a value that is too long or holds control characters", MEND);
  }
}

function isMark(text: string): boolean {
  return !isLongerThan(text, MAX_MARK_CHARACTERS) && !hasControlCharacter(text) && text.isWellFormed();
}
