/** Shows an answer as protobuf JSON: one object a line for each event, or one for the whole answer. */

import { toJson } from "@bufbuild/protobuf";
import {
  CompleteResponseSchema,
  StreamCompleteResponseSchema,
} from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import type { AnswerView } from "./answer-view.ts";
import type { Output } from "./output.ts";

export function createAnswerJsonView(out: Output): AnswerView {
  return {
    showEvent: (event) => out.write(`${JSON.stringify(toJson(StreamCompleteResponseSchema, event))}\n`),
    showWhole: (response) => out.write(`${JSON.stringify(toJson(CompleteResponseSchema, response))}\n`),
    end: () => Promise.resolve(),
  };
}
