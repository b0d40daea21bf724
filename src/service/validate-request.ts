/** Checks that a completion request says what it must, before anything is planned for it. */

import type { CompleteRequest } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { isName, NAME_FORM } from "../config/name-form.ts";
import { refuseFields } from "./refuse-fields.ts";
import { checkMarks } from "./validation/check-marks.ts";
import { checkMessages } from "./validation/check-messages.ts";
import { checkOptions } from "./validation/check-options.ts";
import { checkResponseFormat } from "./validation/check-response-format.ts";
import { checkRouting } from "./validation/check-routing.ts";
import { checkSampling } from "./validation/check-sampling.ts";
import { checkTools } from "./validation/check-tools.ts";
import { Violations } from "./validation/violations.ts";

/** Largest delivered text in bytes: as much as the gateway holds back of an answer. */
const MAX_DELIVERED_BYTES = 4 * 1024 * 1024;

/** Fails with `CallRefused` (`INVALID_REQUEST`) that lists the fields that are wrong, at most the first 20. */
export function validateRequest(request: CompleteRequest): void {
  const violations = new Violations();
  checkUse(request, violations);
  if (request.routing !== undefined) checkRouting(request.routing, violations);
  checkMessages(request.messages, violations);
  checkSampling(request, violations);
  checkOptions(request, violations);
  checkTools(request.tools, request.toolChoice, violations);
  if (request.responseFormat !== undefined) checkResponseFormat(request.responseFormat, violations);
  if (request.resume !== undefined) {
    checkDelivered(request.resume.deliveredText, violations);
    checkResumable(request, violations);
  }
  checkMarks(request, violations);
  refuseFields(violations.list);
}

function checkUse({ workload, routing }: CompleteRequest, violations: Violations): void {
  if (workload === "") {
    if (routing?.primary !== undefined) return;
    violations.add("workload", "is missing", "name a workload, or give routing.primary");
  } else if (!isName(workload)) {
    violations.add("workload", "is not a valid name", `a name has ${NAME_FORM}`);
  }
}

function checkDelivered(text: string, violations: Violations): void {
  const field = "resume.delivered_text";
  if (text === "") violations.add(field, "is empty", "leave resume out to begin an answer");
  else if (text.length > MAX_DELIVERED_BYTES || Buffer.byteLength(text) > MAX_DELIVERED_BYTES) {
    violations.add(field, "is larger than 4 MiB", "begin a new answer");
  } else if (!text.isWellFormed()) {
    violations.add(field, "holds half a character", "give the text byte for byte");
  }
}

/** Two halves of different answers are no JSON. */
function checkResumable({ responseFormat }: CompleteRequest, violations: Violations): void {
  const format = responseFormat?.format.case;
  if (format === undefined || format === "text") return;
  violations.add("resume", "cannot go on with JSON", "leave it out and begin a new answer");
}
