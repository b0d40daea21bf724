/** Reads the events of a stream, and expects of each what is true of every stream. */

import { expect } from "vitest";
import type { Completed, RouteSwitched } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import type { Told } from "./clients/scenario-client.ts";

export interface SeenSwitch {
  readonly value: RouteSwitched;
  readonly attempt: number;
  /** Bytes of text that had come before. */
  readonly bytesBefore: number;
}

export interface StreamFacts {
  readonly text: string;
  readonly textByAttempt: ReadonlyMap<number, string>;
  readonly switches: readonly SeenSwitch[];
  readonly completed: readonly Completed[];
}

/** Expects `started` first, `completed` last, no gap in the sequence, and no event of an earlier attempt. */
export function readStream({ events }: Told): StreamFacts {
  let text = "";
  const textByAttempt = new Map<number, string>();
  const switches: SeenSwitch[] = [];
  const completed: Completed[] = [];
  let latestAttempt = 0;
  for (const [index, { message }] of events.entries()) {
    const { sequence, attempt, event } = message;
    expect(Number(sequence)).toBe(index + 1);
    expect(attempt).toBeGreaterThanOrEqual(latestAttempt);
    expect(event.case === "started").toBe(index === 0);
    expect(completed).toEqual([]);
    latestAttempt = attempt;
    switch (event.case) {
      case "textDelta":
        expect(event.value.text).not.toBe("");
        text += event.value.text;
        textByAttempt.set(attempt, (textByAttempt.get(attempt) ?? "") + event.value.text);
        break;
      case "routeSwitched":
        switches.push({ value: event.value, attempt, bytesBefore: Buffer.byteLength(text) });
        break;
      case "completed":
        completed.push(event.value);
        break;
      case "started":
        expect(event.value.routes).toContain(event.value.route);
        break;
      default:
        expect.unreachable(`an event of kind ${event.case}`);
    }
  }
  return { text, textByAttempt, switches, completed };
}
