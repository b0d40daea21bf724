/** Laws of a call: its text, its one terminal, its limits and its ledger. */

import { createHash } from "node:crypto";
import type { Completed, StreamCompleteResponse } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { FinishReason } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { type Attempt, ErrorReason, UsageSource } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import type { AttemptLimits, Plan } from "../../src/call/plan.ts";
import type { Exchange } from "./exchange.ts";
import type { Reply, RouteScript, Scenario } from "./scenario.ts";
import type { Seen, SeenCall } from "./world.ts";

/** Connections are closed so long after the terminal at the latest, in milliseconds. */
const CLOSING_MS = 100;
/** A call may end so long after its deadline. */
const DEADLINE_SLACK_MS = 100;
/** Longest silence towards a client that reads: the heartbeat interval and a tick. */
const LONGEST_QUIET_MS = 10_050;
/** Slack of a clock. */
const CLOCK_SLACK_MS = 500;

/** Every breach of a law by a call. */
export function callLaws(scenario: Scenario, seen: Seen): string[] {
  return seen.calls.flatMap((call, index) => {
    const exchanges = seen.exchanges.filter((exchange) => exchange.call === index);
    const completed = completedOf(call);
    const breaches = [
      ...textLaw(call, completed),
      ...terminalLaw(call),
      ...closingLaw(call, exchanges),
      ...attemptLaw(call, exchanges),
      ...quietLaw(call),
      ...silenceLaw(call, exchanges),
      ...deadlineLaw(call),
      ...switchLaw(call, exchanges),
      ...sequenceLaw(call),
      ...ledgerLaw(call, exchanges, completed),
      ...faultLaw(call, exchanges),
      ...healthLaw(scenario, call, exchanges),
      ...livenessLaw(scenario, call, completed),
    ];
    return breaches.map((breach) => `${breach} (call ${index})`);
  });
}

function completedOf({ events }: SeenCall): Completed | undefined {
  const last = events.at(-1)?.response.event;
  return last?.case === "completed" ? last.value : undefined;
}

/** P1: each character of the ideal answer once, in order; all of it if the answer ended by itself. */
function textLaw(call: SeenCall, completed: Completed | undefined): string[] {
  const whole = call.plan.resumedText + call.text;
  if (!call.ideal.text.startsWith(whole)) return [`P1: "${whole}" is not the beginning of "${call.ideal.text}"`];
  if (completed === undefined) return [];
  const { finishReason, textBytes, textSha256 } = completed;
  const ended = finishReason === FinishReason.STOP || finishReason === FinishReason.TOOL_CALLS;
  if (ended && whole !== call.ideal.text) return [`P1: completed with "${whole}" instead of "${call.ideal.text}"`];
  if (Number(textBytes) !== Buffer.byteLength(whole)) return [`P1: ${textBytes} bytes are told of "${whole}"`];
  const digest = createHash("sha256").update(whole).digest("hex");
  if (digest !== textSha256) return ["P1: the hash is another text's"];
  const toolCalls = call.events.flatMap(({ response: { event } }) => (event.case === "toolCall" ? [event.value] : []));
  if (finishReason === FinishReason.TOOL_CALLS && toolCalls.length !== call.ideal.toolCalls.length) {
    return [`P1: ${toolCalls.length} tool calls were delivered`];
  }
  const kinds = call.events.map(({ response: { event } }) => event.case);
  const overtaken = kinds.includes("toolCall") && kinds.indexOf("toolCall") < kinds.lastIndexOf("textDelta");
  if (overtaken) return ["P1: a tool call overtook text"];
  return [];
}

/** P2: exactly one terminal, the last thing; and `started` first. */
function terminalLaw(call: SeenCall): string[] {
  const kinds = call.events.map(({ response: { event } }) => event.case);
  const terminals = kinds.filter((kind) => kind === "completed").length;
  const failures = (call.refusal === undefined ? 0 : 1) + (call.error === undefined ? 0 : 1);
  if (call.endedAtMs === undefined) return ["P2: the call never ended"];
  if (terminals + failures !== 1) return [`P2: ${terminals} times completed and ${failures} times refused`];
  if (terminals === 1 && kinds.at(-1) !== "completed") return ["P2: completed is not the last event"];
  if (kinds.length > 0 && kinds[0] !== "started") return [`P2: the first event is ${kinds[0]}`];
  if (kinds.filter((kind) => kind === "started").length > 1) return ["P2: it started twice"];
  if (call.refusal?.reason === ErrorReason.INTERNAL) return ["P2: the gateway failed"];
  return [];
}

/** P3: every connection is closed soon after the terminal, and at once when the client goes away. */
function closingLaw(call: SeenCall, exchanges: readonly Exchange[]): string[] {
  const endMs = call.cancelledAtMs ?? (call.endedAtMs ?? 0) + CLOSING_MS;
  return exchanges.flatMap(({ route, abortedAtMs }) =>
    abortedAtMs === undefined || abortedAtMs > endMs
      ? [`P3: ${route} was closed at ${abortedAtMs}, not by ${endMs}`]
      : [],
  );
}

/** P4: attempts stay within the limit, and none but a change of form goes back to a route without a retry budget. */
function attemptLaw({ plan }: SeenCall, exchanges: readonly Exchange[]): string[] {
  if (exchanges.length <= plan.maxAttempts) return [];
  return [`P4: ${exchanges.length} attempts, ${plan.maxAttempts} are allowed`];
}

/** P6: a client that reads hears something every 10 s. */
function quietLaw({ events, endedAtMs, script }: SeenCall): string[] {
  if (script.readPauseMs > 0) return [];
  let lastMs: number | undefined;
  for (const atMs of [...events.map((event) => event.atMs), endedAtMs ?? 0]) {
    if (lastMs !== undefined && atMs - lastMs > LONGEST_QUIET_MS) return [`P6: silence from ${lastMs} to ${atMs}`];
    lastMs = atMs;
  }
  return [];
}

/** P6: no attempt is waited for longer than the confirm limit of its phase, whatever it pings. */
function silenceLaw({ plan, script }: SeenCall, exchanges: readonly Exchange[]): string[] {
  if (script.readPauseMs > 0) return [];
  return exchanges.flatMap((exchange) => {
    const { brokeAtMs = Infinity } = exchange;
    if ((exchange.abortedAtMs ?? Infinity) - brokeAtMs > CLOCK_SLACK_MS) {
      return [`P6: ${exchange.route} broke at ${brokeAtMs} and was left at ${exchange.abortedAtMs}`];
    }
    const { confirmMs } = limitsOn(plan, exchange.route)[exchange.phase];
    const silentMs = (exchange.abortedAtMs ?? 0) - exchange.contentAtMs;
    return silentMs > confirmMs + CLOCK_SLACK_MS
      ? [`P6: ${exchange.route} was silent for ${silentMs} ms in phase ${exchange.phase}`]
      : [];
  });
}

function limitsOn({ routes }: Plan, name: string): AttemptLimits {
  const planned = routes.find(({ route }) => route.name === name);
  if (planned === undefined) throw new Error(`${name} is not planned`);
  return planned.limits;
}

/** P7: no call outlasts its deadline. */
function deadlineLaw({ plan, endedAtMs, script }: SeenCall): string[] {
  if (script.readPauseMs > 0 || (endedAtMs ?? 0) <= plan.deadlineAtMs + DEADLINE_SLACK_MS) return [];
  return [`P7: ended at ${endedAtMs}, the deadline was ${plan.deadlineAtMs}`];
}

/** The ledger's attempts, in the order in which they began. */
function attemptsOf(call: SeenCall): readonly Attempt[] {
  return completedOf(call)?.attempts ?? call.refusal?.report?.attempts ?? [];
}

/** P8: where a switch would not be legal, no further attempt begins. */
function switchLaw(call: SeenCall, exchanges: readonly Exchange[]): string[] {
  const { script, plan, events } = call;
  if (plan.holdsBackAnswer) return [];
  const firstAtMs = (kind: StreamCompleteResponse["event"]["case"]): number =>
    events.find(({ response: { event } }) => event.case === kind)?.atMs ?? Number.POSITIVE_INFINITY;
  const attempts = attemptsOf(call);
  // A tool call that an attempt began of which the client has nothing binds nobody.
  const begun = exchanges.findIndex(
    ({ toolCallBegun }, index) => toolCallBegun && (attempts[index]?.deliveredBytes ?? 0n) > 0n,
  );
  const begunUntilMs = exchanges[begun]?.abortedAtMs ?? Number.POSITIVE_INFINITY;
  const textAtMs = firstAtMs("textDelta");
  const never = !script.switches || script.shape === "open-json" || script.shape === "required-tool";
  return exchanges.flatMap(({ startedAtMs, abortedAtMs = Number.POSITIVE_INFINITY, route }, index) => {
    if (startedAtMs > firstAtMs("toolCall")) return [`P8: ${route} was asked after a whole tool call`];
    if (never && startedAtMs > textAtMs) return [`P8: ${route} was asked after text`];
    // A hedge that began and lost in the very instant began before it.
    if (index > begun && startedAtMs >= textAtMs && startedAtMs >= begunUntilMs && abortedAtMs > begunUntilMs)
      return [`P8: ${route} was asked after text and a begun tool call`];
    return [];
  });
}

/** P9: 1, 2, 3, without gaps; attempts never go back. */
function sequenceLaw({ events }: SeenCall): string[] {
  let attempt = 0;
  return events.flatMap(({ response }, index) => {
    if (response.sequence !== BigInt(index + 1)) return [`P9: sequence ${response.sequence} at place ${index + 1}`];
    if (response.attempt < attempt) return [`P9: attempt ${response.attempt} after attempt ${attempt}`];
    attempt = response.attempt;
    return [];
  });
}

/** P10: every attempt is in the ledger with what it used, and the sums are sums. */
function ledgerLaw(call: SeenCall, exchanges: readonly Exchange[], completed: Completed | undefined): string[] {
  const attempts = completed?.attempts ?? call.refusal?.report?.attempts;
  if (attempts === undefined) return [];
  const breaches: string[] = [];
  if (attempts.length !== exchanges.length) {
    breaches.push(`P10: ${attempts.length} attempts are told, ${exchanges.length} were made`);
  }
  attempts.forEach((attempt, index) => {
    const { usage } = attempt;
    const known = usage?.source === UsageSource.UNKNOWN || usage?.inputTokens !== undefined;
    if (exchanges[index]?.opened === true && !known) breaches.push(`P10: what attempt ${attempt.number} used is lost`);
  });
  const delivered = attempts.reduce((sum, { deliveredBytes }) => sum + Number(deliveredBytes), 0);
  const seenBytes = Buffer.byteLength(call.text);
  if (completed !== undefined && delivered !== seenBytes)
    breaches.push(`P10: ${delivered} bytes told, ${seenBytes} seen`);
  if (completed !== undefined) breaches.push(...sumLaw(completed));
  return breaches;
}

function sumLaw({ attempts, usage, cost }: Completed): string[] {
  const sum = (count: (attempt: Attempt) => bigint | undefined): bigint =>
    attempts.reduce((total, attempt) => total + (count(attempt) ?? 0n), 0n);
  const breaches: string[] = [];
  // A sum that is not known tells no number, but what is known of it.
  const told = usage?.source === UsageSource.UNKNOWN ? usage.knownPart : usage;
  if (usage?.source === UsageSource.UNKNOWN && (usage.inputTokens !== undefined || usage.outputTokens !== undefined))
    breaches.push("P10: a sum that is not known looks whole");
  if (sum((each) => each.usage?.inputTokens) !== (told?.inputTokens ?? 0n))
    breaches.push("P10: input tokens do not add up");
  if (sum((each) => each.usage?.outputTokens) !== (told?.outputTokens ?? 0n))
    breaches.push("P10: output tokens do not add up");
  if (sum((each) => each.cost?.microUsd) !== (cost?.microUsd ?? cost?.knownPartMicroUsd ?? 0n))
    breaches.push("P10: the cost does not add up");
  return breaches;
}

/** P11: a request that every attempt had refused is the caller's to mend, and no other failure is. */
function faultLaw({ refusal, events }: SeenCall, exchanges: readonly Exchange[]): string[] {
  const isOver = refusal === undefined || refusal.reason === ErrorReason.DEADLINE_EXCEEDED;
  if (isOver || events.some(({ response: { event } }) => event.case !== "started")) return [];
  const kinds = exchanges.map(({ failure }) => failure?.kind);
  const allRefused = kinds.length > 0 && kinds.every((kind) => kind === "invalid-request");
  const mayBeFault =
    kinds.includes("invalid-request") && kinds.every((kind) => kind !== undefined && REFUSED.has(kind));
  const isFault = refusal.reason === ErrorReason.INVALID_REQUEST;
  if (isFault ? mayBeFault : !allRefused) return [];
  return [`P11: the attempts ended as ${kinds.join(", ")}, and the call says ${refusal.message}`];
}

/** Failures that the request itself brings about, on this route. */
const REFUSED: ReadonlySet<string> = new Set([
  "invalid-request",
  "too-large",
  "context-too-long",
  "prefill-refused",
  "signature-refused",
]);

/** P12: where every upstream works, nothing is switched, hedged or tried twice, however impatient other calls are. */
function healthLaw({ routes }: Scenario, call: SeenCall, exchanges: readonly Exchange[]): string[] {
  if (!routes.every(isHealthy) || call.script.timeoutMs < 600_000 || call.script.ownLimitMs !== undefined) return [];
  return exchanges.length > 1 ? [`P12: ${exchanges.length} attempts although every upstream works`] : [];
}

/** P13: with a route that works in reach of the attempts, the call completes. */
function livenessLaw({ routes }: Scenario, call: SeenCall, completed: Completed | undefined): string[] {
  const { script } = call;
  if (completed !== undefined || call.cancelledAtMs !== undefined || script.timeoutMs < 600_000) return [];
  if (script.ownLimitMs !== undefined) return [];
  const order = [...routes.slice(script.firstRoute), ...routes.slice(0, script.firstRoute)];
  const at = order.findIndex(isHealthy);
  // A hedge that lost has used up an attempt, also one beside the test of a failed route, and that of a retry too.
  const attempts = attemptsOf(call);
  const hedges = script.hedges || attempts.some(({ hedge }) => hedge);
  const spent = hedges ? 1 + Number(attempts.some(({ retry }) => retry)) : 0;
  const inReach = at === 0 || (at > 0 && at + spent < script.maxAttempts);
  const ends = order.slice(0, at).some(({ replies }) => replies.some(endsTheCall));
  const legal = script.switches && (script.shape === "text" || call.plan.holdsBackAnswer);
  if (!inReach || ends || (at > 0 && !legal)) return [];
  return [`P13: refused with ${call.refusal?.message ?? String(call.error)}`];
}

/** Failures that end a call whatever routes are left, or leave only those with a larger window. */
const FINAL: ReadonlySet<string> = new Set(["content-filtered", "too-large", "context-too-long"]);

function endsTheCall({ end }: Reply): boolean {
  return end.kind === "fails" && FINAL.has(end.failure);
}

function isHealthy({ replies, continuation, maxConcurrency }: RouteScript): boolean {
  return (
    continuation !== "none" &&
    maxConcurrency === undefined &&
    replies.every(
      ({ end, delayMs, gapMs, seam }) =>
        end.kind === "finishes" && delayMs <= 2_500 && gapMs <= 400 && seam !== "diverges",
    )
  );
}
