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

  /** What is passed on for an event. Behind a `finished` nothing more is to be read. */
  fit(event: UpstreamEvent): readonly UpstreamEvent[] {
    if (event.kind === "toolCall") return [...this.#release(), { ...event, call: this.#ids.fit(event.call) }];
    if (this.#stops === undefined) return [event];
    if (event.kind === "answered" || event.kind === "finished") return [...this.#release(), event];
    if (event.kind !== "text") return [event];
    const text = this.#stops.push(event.text);
    const said: UpstreamEvent[] = text === "" ? [{ kind: "alive" }] : [{ kind: "text", text }];
    return this.#stops.stopped ? [...said, { kind: "finished", reason: FinishReason.STOP }] : said;
  }

  #release(): UpstreamEvent[] {
    const text = this.#stops?.end() ?? "";
    return text === "" ? [] : [{ kind: "text", text }];
  }
}
