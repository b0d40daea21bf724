/** Laws of the routes: breakers, cooldowns, caps, budgets and closed connections. */

import { BreakerState } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import type { FailureKind } from "../../src/call/upstream-failure.ts";
import type { Exchange } from "./exchange.ts";
import type { Seen, SeenRoute } from "./world.ts";

/** Changes of a breaker that nobody reset. */
const LEGAL_CHANGES: ReadonlySet<string> = new Set([
  `${BreakerState.CLOSED}>${BreakerState.OPEN}`,
  `${BreakerState.OPEN}>${BreakerState.HALF_OPEN}`,
  `${BreakerState.HALF_OPEN}>${BreakerState.OPEN}`,
  `${BreakerState.HALF_OPEN}>${BreakerState.CLOSED}`,
]);

/** Failures that say that an upstream is broken. The others are the caller's, the account's or the rate's. */
const BLAMED: ReadonlySet<string> = new Set<FailureKind | "stalled" | "slow">([
  "unreachable",
  "connect-timeout",
  "try-again",
  "server-error",
  "overloaded",
  "truncated",
  "cut",
  "malformed",
  "stalled",
  "slow",
]);

/**
 * Cut short by the deadline or by a limit of its request alone, or moved away before it was suspected itself: that says
 * nothing about the route.
 */
const EXCUSES = ["deadline", "a limit of this request alone", "fell silent", "fallen silent"];

/** Failures after which a route rests if it names a time. */
const DOWN: ReadonlySet<string> = new Set<FailureKind>(["server-error", "overloaded", "try-again"]);

/** A rest that is longer than this is never waited for on the same route, in milliseconds. */
const MAX_RETRY_WAIT_MS = 1_000;

/** Every breach of a law by a route. */
export function routeLaws(seen: Seen): string[] {
  const breaches: string[] = [];
  for (const [name, route] of seen.routes) {
    breaches.push(...breakerLaws(name, route), ...blameLaws(name, route, seen));
    const { maxConcurrency } = route.script;
    if (maxConcurrency !== undefined && route.mostInFlight > maxConcurrency) {
      breaches.push(`P4: ${name} had ${route.mostInFlight} attempts in flight, ${maxConcurrency} are allowed`);
    }
    const kept = Math.max(route.openLeases, route.leftInFlight);
    if (kept > 0) breaches.push(`P3: ${name} kept ${kept} places`);
    breaches.push(...budgetLaws(name, route, seen));
    breaches.push(...restLaw(seen.exchanges.filter((exchange) => exchange.route === name)));
  }
  if (seen.doubleProbes > 0) breaches.push(`P5: ${seen.doubleProbes} probes began beside another`);
  return breaches;
}

function breakerLaws(name: string, { breakerStates }: SeenRoute): string[] {
  return breakerStates.slice(1).flatMap((state, index) => {
    const change = `${breakerStates[index]}>${state}`;
    return LEGAL_CHANGES.has(change) ? [] : [`P5: the breaker of ${name} went ${change}`];
  });
}

/** The breaker learns exactly of the attempts that the upstream spoilt. */
function blameLaws(name: string, { failedVerdicts }: SeenRoute, { ends }: Seen): string[] {
  let least = 0;
  let most = 0;
  for (const { route, outcome, failure, message } of ends) {
    if (route !== name) continue;
    const timedOut = outcome === "timed_out" && failure === undefined;
    const blamed = (timedOut || BLAMED.has(failure ?? outcome)) && !EXCUSES.some((excuse) => message.includes(excuse));
    if (blamed) least++;
    if (blamed || outcome === "hedge_lost") most++;
  }
  if (failedVerdicts >= least && failedVerdicts <= most) return [];
  return [`P11: ${name} was blamed ${failedVerdicts} times, and deserved it ${least} to ${most} times`];
}

/** P4: no retry and no hedge beyond the budgets of the route. */
function budgetLaws(name: string, { takenRetries, takenHedges }: SeenRoute, { exchanges, routes }: Seen): string[] {
  const allowedHedges = [...routes.values()].reduce((sum, { trials }) => sum + trials, takenHedges);
  const own = exchanges.filter(({ route }) => route === name);
  const again = own.length - new Set(own.map(({ call }) => call)).size;
  const otherForms = own.filter(({ failure }) => failure !== undefined && OTHER_FORM.has(failure.kind)).length;
  const hedges = own.filter((exchange) => exchanges.some((other) => runsWhenBegins(other, exchange))).length;
  const breaches: string[] = [];
  // A hedge that lost gives its route its turn back.
  if (again > takenRetries + otherForms + allowedHedges)
    breaches.push(`P4: ${name} was asked again ${again} times, ${takenRetries} allowed`);
  // Beside each trial of a route another may start, whatever its budget.
  if (hedges > allowedHedges) breaches.push(`P4: ${hedges} hedges began on ${name}, ${allowedHedges} allowed`);
  return breaches;
}

/** Failures after which the same route is asked in another form, whatever its budget. */
const OTHER_FORM: ReadonlySet<string> = new Set<FailureKind>(["prefill-refused", "signature-refused"]);

function runsWhenBegins(other: Exchange, { call, startedAtMs }: Exchange): boolean {
  const { abortedAtMs = Number.POSITIVE_INFINITY } = other;
  return other.call === call && other.startedAtMs < startedAtMs && abortedAtMs > startedAtMs;
}

/** A route that asked for rest is left alone until the rest is over. */
function restLaw(exchanges: readonly Exchange[]): string[] {
  const breaches: string[] = [];
  for (const rested of exchanges) {
    const { failure, abortedAtMs } = rested;
    if (failure === undefined || abortedAtMs === undefined) continue;
    const limitedMs = failure.kind === "rate-limited" ? (failure.retryAfterMs ?? 5_000) : 0;
    const downMs = DOWN.has(failure.kind) && (failure.status ?? 0) >= 400 ? (failure.retryAfterMs ?? 0) : 0;
    const restMs = Math.max(limitedMs > MAX_RETRY_WAIT_MS ? limitedMs : 0, downMs);
    const early = exchanges.find(({ startedAtMs }) => startedAtMs > abortedAtMs && startedAtMs < abortedAtMs + restMs);
    if (early !== undefined) {
      breaches.push(
        `P5: ${rested.route} asked for ${restMs} ms at ${abortedAtMs}, and was asked at ${early.startedAtMs}`,
      );
    }
  }
  return breaches;
}
