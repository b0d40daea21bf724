/** Offers a gateway calls at a steady rate, from several processes: one alone would be late itself. */

import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

import { quantile } from "./keyed-probe.ts";
import type { Offer, OfferedCalls } from "./offering-process.ts";

/** Processes that offer. */
const PROCESS_COUNT = 2;

/** What became of calls, a second. */
export interface Offered {
  readonly rate: number;
  readonly answered: number;
  /** Answered with 503. */
  readonly refused: number;
  /** Everything else. */
  readonly failed: number;
  /** Of the answered calls, in milliseconds. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Offers calls and waits for the last answer. */
export async function offerCalls(offer: Offer): Promise<Offered> {
  const share: Offer = { ...offer, rate: offer.rate / PROCESS_COUNT };
  const parts = await Promise.all(Array.from({ length: PROCESS_COUNT }, () => runProcess(share)));
  const latenciesMs = parts.flatMap((part) => part.latenciesMs).toSorted((a, b) => a - b);
  const seconds = Math.max(...parts.map((part) => part.seconds));
  const sum = (field: "refused" | "failed"): number => parts.reduce((total, part) => total + part[field], 0);
  return {
    rate: (offer.rate * offer.seconds) / seconds,
    answered: latenciesMs.length / seconds,
    refused: sum("refused") / seconds,
    failed: sum("failed") / seconds,
    p50Ms: quantile(latenciesMs, 0.5),
    p99Ms: quantile(latenciesMs, 0.99),
  };
}

async function runProcess(offer: Offer): Promise<OfferedCalls> {
  const script = join(import.meta.dirname, "offering-process.ts");
  const child = fork(script, [JSON.stringify(offer)], { execArgv: ["--disable-warning=ExperimentalWarning"] });
  const [calls]: OfferedCalls[] = await once(child, "message");
  child.kill();
  if (calls === undefined) throw new Error("the offering process told nothing");
  return calls;
}
