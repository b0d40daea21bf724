/** A response that is an answer of the model. */

import type { Answer } from "../answer/composed-answer.ts";
import type { Manner } from "../answer/manner.ts";
import type { Dialect, Reply } from "../dialect/simulated-dialect.ts";
import type { Script, SendStep, Step } from "./script.ts";

/** How fast the answer comes. */
export type Pace = Pick<Manner, "firstTokenMs" | "tokenMs">;

/** Answers as `ask` wants it: as a stream of events, or as one body when the whole answer is done. */
export function makeAnswerScript(dialect: Dialect, reply: Reply, pace: Pace): Script {
  const { streamed } = reply.ask;
  const steps = streamed ? streamSteps(dialect, reply, pace) : bodySteps(dialect, reply, pace);
  return { steps, streamed, isAnswer: true, outlivesClientMs: 0 };
}

function* streamSteps(dialect: Dialect, reply: Reply, pace: Pace): Iterable<Step> {
  const headers = { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" };
  yield { kind: "head", status: 200, headers: { ...headers, ...dialect.headers(reply.stamp) } };
  let waitMs = pace.firstTokenMs;
  for (const step of dialect.streamAnswer(reply)) {
    if (step.part === "content") {
      if (waitMs > 0) yield { kind: "wait", ms: waitMs };
      waitMs = pace.tokenMs;
    }
    yield step;
  }
  yield { kind: "end" };
}

/** The body comes in as many pieces as the answer has, so that faults that count have something to count. */
function* bodySteps(dialect: Dialect, reply: Reply, pace: Pace): Iterable<Step> {
  const pieceCount = countPieces(reply.answer);
  const waitMs = pace.firstTokenMs + pace.tokenMs * Math.max(0, pieceCount - 1);
  if (waitMs > 0) yield { kind: "wait", ms: waitMs };
  const headers = { "content-type": "application/json", ...dialect.headers(reply.stamp) };
  yield { kind: "head", status: 200, headers };
  yield* slices(Buffer.from(JSON.stringify(dialect.wholeAnswer(reply))), pieceCount);
  yield { kind: "end" };
}

function* slices(body: Buffer, pieceCount: number): Iterable<SendStep> {
  const length = Math.ceil(body.length / (pieceCount + 1));
  for (let at = 0; at < body.length; at += length) {
    const isLast = at + length >= body.length;
    yield { kind: "send", bytes: body.subarray(at, at + length), part: isLast ? "terminal" : "content" };
  }
}

function countPieces(answer: Answer): number {
  return answer.parts.reduce((sum, part) => sum + part.pieces.length, 0);
}
