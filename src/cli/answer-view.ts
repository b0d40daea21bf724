/** What `understudy complete` shows of an answer. */

import type { CompleteResponse, StreamCompleteResponse } from "../../gen/ts/understudy/v1/completion_service_pb.ts";

export interface AnswerView {
  /** Shows one event of a streamed answer. */
  showEvent(event: StreamCompleteResponse): Promise<void>;
  /** Shows an answer that came in one piece. */
  showWhole(response: CompleteResponse): Promise<void>;
  /** Leaves the terminal ready for what comes next, also if the answer broke off. */
  end(): Promise<void>;
}
