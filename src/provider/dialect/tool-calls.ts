/** Assembles the tool calls of one answer, which are delivered whole. */

import { create } from "@bufbuild/protobuf";
import { ToolCallSchema } from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import { isObject, parseJson } from "../../call/json-object.ts";
import type { UpstreamEvent } from "../../call/upstream.ts";

/** Most calls of one answer. Models make a few at a time, and each is held until the answer is whole. */
export const MAX_TOOL_CALLS = 1_000;

interface OpenCall {
  id: string;
  name: string;
  argumentsJson: string;
  opaque: string | undefined;
}

/**
 * Collects calls by the upstream's number for them. Nothing is delivered before the finish reason: until then an
 * attempt that fails can still be repeated elsewhere without calling a tool twice.
 */
export class ToolCalls {
  readonly #calls: OpenCall[] = [];
  readonly #callByIndex = new Map<number, OpenCall>();
  #tooMany = false;
  /** Calls that were delivered, the first ones. */
  #deliveredCount = 0;

  get size(): number {
    return this.#calls.length;
  }

  /** Whether there were more than `MAX_TOOL_CALLS`. Those that came then are not kept, and none is delivered. */
  get tooMany(): boolean {
    return this.#tooMany;
  }

  /** Adds to a call, which begins with its first piece; empty strings add nothing. */
  grow(index: number, id: string, name: string, argumentsJson: string, out: UpstreamEvent[]): void {
    let call = this.#callByIndex.get(index);
    // Some servers send the empty form of a call with every message.
    if (call === undefined && id === "" && name === "" && argumentsJson === "") return;
    // Some servers give parallel calls the same number; another id then begins another call.
    if (call === undefined || (id !== "" && call.id !== "" && call.id !== id)) {
      if (this.#calls.length >= MAX_TOOL_CALLS) {
        this.#tooMany = true;
        return;
      }
      call = { id: "", name: "", argumentsJson: "", opaque: undefined };
      this.#calls.push(call);
      this.#callByIndex.set(index, call);
    }
    let characters = argumentsJson.length;
    if (id !== "" && call.id === "") call.id = id;
    // Some servers repeat the name in each piece.
    if (name !== "" && call.name === "") {
      call.name = name;
      characters += name.length;
    }
    call.argumentsJson += argumentsJson;
    if (characters > 0) out.push({ kind: "toolCallGrew", characters });
  }

  /** Attaches the signature of a call that was begun. */
  sign(index: number, opaque: string): void {
    const call = this.#callByIndex.get(index);
    if (call !== undefined) call.opaque = opaque;
  }

  /**
   * Delivers the calls that were not yet, in their order, or none of them; then it tells what is wrong with them.
   * `cutShort`: the answer ended at a limit, so a last call without valid arguments is left out instead. `idPrefix`
   * names calls without an id.
   */
  deliver(idPrefix: string, cutShort: boolean, out: UpstreamEvent[]): string | undefined {
    if (this.#tooMany) return `more than ${MAX_TOOL_CALLS} tool calls`;
    const delivered: UpstreamEvent[] = [];
    for (const [index, { id, name, argumentsJson, opaque }] of this.#calls.entries()) {
      if (index < this.#deliveredCount) continue;
      const whole = isNothing(argumentsJson) && !cutShort ? "{}" : argumentsJson;
      if (name === "" || !isObject(parseJson(whole))) {
        if (cutShort) continue;
        return "a tool call whose arguments are not a JSON object";
      }
      const call = create(ToolCallSchema, {
        id: id || `${idPrefix}-${index}`,
        name,
        argumentsJson: whole,
        ...(opaque !== undefined && { opaque }),
      });
      delivered.push({ kind: "toolCall", call });
    }
    this.#deliveredCount = this.#calls.length;
    out.push(...delivered);
    return undefined;
  }
}

/** Tools without parameters are called with nothing, or with a `null`. */
function isNothing(argumentsJson: string): boolean {
  const bare = argumentsJson.trim();
  return bare === "" || bare === "null";
}
