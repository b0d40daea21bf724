/** The recorded answers of `test/fixtures/captures`, and what each is to be read as. */

import { readFileSync } from "node:fs";
import { FinishReason } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import type { AttemptOutcome } from "../../gen/ts/understudy/v1/ledger_pb.ts";

export interface Capture {
  readonly file: string;
  readonly why: string;
  readonly dialect: "openai-chat" | "anthropic-messages";
  readonly kind: "stream" | "whole" | "error";
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly expected?: Expected;
}

export interface Expected {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly {
    readonly id: string;
    readonly name: string;
    readonly arguments: string;
    readonly broken: boolean;
  }[];
  readonly usage: { in?: number; out?: number; cacheRead?: number; cacheWrite?: number; reasoning?: number };
  readonly finish: keyof typeof FinishReason;
  readonly error: string | null;
}

export interface ErrorCapture {
  readonly id: string;
  readonly provider: string;
  readonly dialect: Capture["dialect"];
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly expected: string;
  readonly seen: { readonly outcome: keyof typeof AttemptOutcome; readonly reason: string };
}

function readsList(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../fixtures/captures/${name}`, import.meta.url), "utf8"));
}

/** Every recorded answer that is no error. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a file of this folder, written in this form
export const CAPTURES = (readsList("index.json") as readonly Capture[]).filter(({ kind }) => kind !== "error");
/** Every recorded error, with the kind that it is of. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same
export const ERRORS = readsList("errors.json") as readonly ErrorCapture[];

/** The bytes of a recorded answer. */
export function readCapture(file: string): Buffer {
  return readFileSync(new URL(`../fixtures/captures/${file}`, import.meta.url));
}

/** Names what the recording cut at the limit of tokens: the call that was begun is no call, and the reason is `LENGTH`. */
export function finishOf({ file, expected }: Capture): FinishReason {
  const cut = expected?.calls.some(({ broken }) => broken) || file.startsWith("f12-");
  return cut ? FinishReason.LENGTH : FinishReason[expected?.finish ?? "STOP"];
}
