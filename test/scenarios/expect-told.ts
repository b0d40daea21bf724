/** Holds what a client was told against what a scenario expects. */

import { createHash } from "node:crypto";
import type { DescEnum } from "@bufbuild/protobuf";
import { durationMs } from "@bufbuild/protobuf/wkt";
import { Code, type ConnectError } from "@connectrpc/connect";
import { expect } from "vitest";
import { ErrorInfoSchema, RequestInfoSchema, RetryInfoSchema } from "../../gen/ts/google/rpc/error_details_pb.ts";
import type { Completed, RouteSwitched } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { FinishReasonSchema } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import {
  type Attempt,
  AttemptOutcome,
  AttemptOutcomeSchema,
  CostSource,
  CostSourceSchema,
  FailoverReportSchema,
  type Skip,
  UsageSource,
  UsageSourceSchema,
} from "../../gen/ts/understudy/v1/ledger_pb.ts";
import { SkipReasonSchema, SwitchModeSchema, SwitchReasonSchema } from "../../gen/ts/understudy/v1/routing_pb.ts";
import { STORY } from "../../src/simulator/answer/story.ts";
import type { Told } from "./clients/scenario-client.ts";
import { readStream, type StreamFacts } from "./read-stream.ts";
import type { Expected } from "./scenario.ts";

/** Expects that a stream went as `expected`. */
export function expectStream(told: Told, expected: Expected): void {
  const stream = readStream(told);
  expectText(stream.text, expected);
  const terminals = [...stream.completed, ...(told.error === undefined ? [] : [told.error])];
  expect(terminals).toHaveLength(1);
  const [completed] = stream.completed;
  if (completed !== undefined) expectCompleted(completed, stream.text, expected);
  const report = told.error === undefined ? undefined : expectRefused(told.error, expected);
  if (report !== undefined) expect(Number(report.deliveredBytes)).toBe(Buffer.byteLength(stream.text));
  expect(stream.switches.map(({ value }) => showSwitch(value))).toEqual(expected.switches ?? []);
  expectBytes(stream, completed?.attempts ?? report?.attempts ?? []);
}

/** Expects that `Complete` went as `expected`. */
export function expectUnary({ response, error }: Told, expected: Expected): void {
  if (error !== undefined) {
    expectRefused(error, expected);
    return;
  }
  const text = (response?.parts ?? []).map(({ kind }) => (kind.case === "text" ? kind.value : "")).join("");
  expectText(text, expected);
  expect(response?.completed).toBeDefined();
  if (response?.completed === undefined) return;
  expectCompleted(response.completed, text, expected);
  expect(response.switches.map(showSwitch)).toEqual(expected.switches ?? []);
}

function expectText(text: string, { text: wanted, refused }: Expected): void {
  switch (wanted ?? (refused ? "nothing" : "story")) {
    case "story":
      return expect(text).toBe(STORY);
    case "nothing":
      return expect(text).toBe("");
    case "beginning":
      expect(text.length).toBeGreaterThan(20);
      expect(text.length).toBeLessThan(STORY.length);
      return expect(STORY.startsWith(text)).toBe(true);
    default:
      return expect.unreachable();
  }
}

function expectCompleted(completed: Completed, text: string, expected: Expected): void {
  expectLedger(completed.attempts, completed.skips, expected);
  expect(expected.refused ?? "").toBe("");
  expect(nameOf(FinishReasonSchema, completed.finishReason)).toBe(expected.finish ?? "STOP");
  expect(completed.textSha256).toBe(createHash("sha256").update(text).digest("hex"));
  expect(Number(completed.textBytes)).toBe(Buffer.byteLength(text));
  const serving = completed.attempts.filter(
    ({ outcome, deliveredBytes }) => deliveredBytes > 0n || outcome === AttemptOutcome.COMPLETED,
  );
  expect(completed.servedBy.map(({ route }) => route)).toEqual(serving.map(({ route }) => route));
  expect(sum(completed.attempts, ({ deliveredBytes }) => deliveredBytes)).toBe(Buffer.byteLength(text));
}

/** Returns the report, which the other expectations need. */
function expectRefused(error: ConnectError, expected: Expected) {
  const [errorInfo] = error.findDetails(ErrorInfoSchema);
  expect(`${showCode(error.code)} ${errorInfo?.reason}`, error.message).toBe(expected.refused);
  expect(errorInfo?.domain).toBe("understudy");
  const [report] = error.findDetails(FailoverReportSchema);
  const [requestInfo] = error.findDetails(RequestInfoSchema);
  expect(requestInfo?.requestId).toMatch(/^[-\w]{8,}$/u);
  expect(report?.requestId).toBe(requestInfo?.requestId);
  expectLedger(report?.attempts ?? [], report?.skips ?? [], expected);
  expect(report?.resumable).toBe((report?.deliveredBytes ?? 0n) > 0n);
  expectRetry(error, expected);
  return report;
}

function expectRetry(error: ConnectError, { retryS }: Expected): void {
  const delays = error
    .findDetails(RetryInfoSchema)
    .map(({ retryDelay }) => retryDelay && durationMs(retryDelay) / 1_000);
  expect(delays).toHaveLength(retryS === undefined ? 0 : 1);
  if (retryS === undefined) return;
  expect(delays[0]).toBeGreaterThanOrEqual(retryS[0]);
  expect(delays[0]).toBeLessThanOrEqual(retryS[1]);
  if (error.code === Code.Unavailable) expect(error.metadata.get("grpc-retry-pushback-ms")).toBe("-1");
}

function expectLedger(attempts: readonly Attempt[], skips: readonly Skip[], expected: Expected): void {
  expect(attempts.map(showAttempt)).toEqual(expected.attempts);
  expect(skips.map(({ route, reason }) => `${placeOf(route)} ${nameOf(SkipReasonSchema, reason)}`)).toEqual(
    expected.skips ?? [],
  );
  expect(attempts.map(({ number }) => number)).toEqual(attempts.map((_, index) => index + 1));
  for (const attempt of attempts) {
    const source = usageSourceOf(attempt);
    expect(nameOf(UsageSourceSchema, attempt.usage?.source), showAttempt(attempt)).toBe(
      nameOf(UsageSourceSchema, source),
    );
    const cost = source === UsageSource.NONE ? CostSource.NONE : CostSource.UNKNOWN;
    expect(nameOf(CostSourceSchema, attempt.cost?.source), showAttempt(attempt)).toBe(nameOf(CostSourceSchema, cost));
    expect(attempt.message).not.toBe("");
    if (attempt.deliveredBytes > 0n) expect(attempt.timeToFirstToken).toBeDefined();
  }
}

/** An upstream that answered says what it used; one that was broken off is estimated; one that refused used nothing. */
function usageSourceOf({ outcome, upstreamStatus }: Attempt): UsageSource {
  if (outcome === AttemptOutcome.COMPLETED) return UsageSource.REPORTED;
  const refused = upstreamStatus === undefined ? outcome === AttemptOutcome.FAILED : upstreamStatus >= 300;
  return refused ? UsageSource.NONE : UsageSource.ESTIMATED;
}

/** Expects that ledger and switches tell the bytes that really came. */
function expectBytes({ switches, textByAttempt }: StreamFacts, attempts: readonly Attempt[]): void {
  for (const { number, deliveredBytes } of attempts) {
    expect(Number(deliveredBytes), `attempt ${number}`).toBe(Buffer.byteLength(textByAttempt.get(number) ?? ""));
  }
  for (const { value, attempt, bytesBefore } of switches) {
    expect(Number(value.atUtf8Byte)).toBe(bytesBefore);
    const taking = attempts[attempt - 1];
    if (taking?.outcome === AttemptOutcome.COMPLETED) expect(value.trimmedBytes).toBe(taking.discardedBytes);
  }
}

function showAttempt({ route, outcome, upstreamStatus, retry, deliveredBytes, discardedBytes }: Attempt): string {
  return [
    placeOf(route),
    nameOf(AttemptOutcomeSchema, outcome),
    upstreamStatus ?? "-",
    ...(retry ? ["retry"] : []),
    ...(deliveredBytes > 0n ? ["delivers"] : []),
    ...(discardedBytes > 0n ? ["discards"] : []),
  ].join(" ");
}

function showSwitch({ from, to, reason, mode, trimmedBytes }: RouteSwitched): string {
  const words = [placeOf(from), placeOf(to), nameOf(SwitchReasonSchema, reason), nameOf(SwitchModeSchema, mode)];
  return [...words, ...(trimmedBytes > 0n ? ["trims"] : [])].join(" ");
}

/** `NotFound` as gRPC writes it: `NOT_FOUND`. */
function showCode(code: Code): string {
  return (Code[code] ?? "").replaceAll(/(?<=[a-z])(?=[A-Z])/gu, "_").toUpperCase();
}

function nameOf(schema: DescEnum, value: number | undefined): string {
  return schema.value[value ?? 0]?.localName ?? `unknown ${value}`;
}

function placeOf(route: string): string {
  return route.slice(route.lastIndexOf(".") + 1);
}

function sum(attempts: readonly Attempt[], of: (attempt: Attempt) => bigint): number {
  return attempts.reduce((total, attempt) => total + Number(of(attempt)), 0);
}
