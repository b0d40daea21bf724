/** Gives tool calls of an answer ids that no call of the conversation has. */

import type { CompleteRequest } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import type { ToolCall } from "../../../gen/ts/understudy/v1/conversation_pb.ts";

export class UniqueCallIds {
  readonly #request: CompleteRequest;
  #taken: Set<string> | undefined;

  constructor(request: CompleteRequest) {
    this.#request = request;
  }

  /** The call with an id of its own. Some servers count from 0 in every turn. */
  fit(call: ToolCall): ToolCall {
    this.#taken ??= new Set(
      this.#request.messages.flatMap(({ parts }) =>
        parts.flatMap(({ kind }) => (kind.case === "toolCall" ? [kind.value.id] : [])),
      ),
    );
    let { id } = call;
    for (let count = 2; this.#taken.has(id); count += 1) id = `${call.id}_${count}`;
    this.#taken.add(id);
    return id === call.id ? call : { ...call, id };
  }
}
