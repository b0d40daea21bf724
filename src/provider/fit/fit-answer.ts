/** Brings the events of an answer into the form that the caller asked for, where the upstream could not. */

import type { CompleteRequest } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import { FinishReason } from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import type { UpstreamEvent } from "../../call/upstream.ts";
import { StopMatcher } from "./stop-matcher.ts";
import { UniqueCallIds } from "./unique-call-ids.ts";

export class AnswerFit {
  readonly #ids: UniqueCallIds;
  readonly #stops: StopMatcher | undefined;

  /** `request` is the caller's; `gatewayStops` are the stop sequences that the upstream does not look for. */
  constructor(request: CompleteRequest, gatewayStops: readonly string[]) {
    this.#ids = new UniqueCallIds(request);
    this.#stops = gatewayStops.length === 0 ? undefined : new StopMatcher(gatewayStops);
  }

  /** Whether an event is passed on as it is: most are, and there is one for each piece of an answer. */
  leaves({ kind }: UpstreamEvent): boolean {
    return kind !== "toolCall" && this.#stops === undefined;
  }

  /** What is passed on for an event. Behind a `finished` nothing more is to be read. */
  fit(event: UpstreamEvent): readonly UpstreamEvent[] {
    switch (event.kind) {
      case "toolCall":
        return [...this.#release(), { ...event, call: this.#ids.fit(event.call) }];
      case "answered":
      case "finished":
        return [...this.#release(), event];
      case "text":
        return this.#stops === undefined ? [event] : say(event.text, this.#stops);
      default:
        return [event];
    }
  }

  #release(): UpstreamEvent[] {
    const text = this.#stops?.end() ?? "";
    return text === "" ? [] : [{ kind: "text", text }];
  }
}

function say(piece: string, stops: StopMatcher): readonly UpstreamEvent[] {
  const text = stops.push(piece);
  const said: UpstreamEvent[] = text === "" ? [{ kind: "alive" }] : [{ kind: "text", text }];
  return stops.stopped ? [...said, { kind: "finished", reason: FinishReason.STOP }] : said;
}
