/**
 * A process: what the gateway is compared with. It passes an upstream's text on through Connect in the cheapest way
 * and does nothing else: no engine, no limits, no ledger. The upstream's URL is the first argument.
 */

import { createServer } from "node:http2";
import { create } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";

import {
  type CompleteRequest,
  CompletionService,
  type StreamCompleteResponse,
  StreamCompleteResponseSchema,
} from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { askUpstream, createAgent } from "./ask-upstream.ts";
import { serveLocally } from "./serve-locally.ts";
import { type AskedAnswer, parseWorkloadName } from "./workload-name.ts";

const baseUrl = process.argv[2] ?? "";
const agent = createAgent();
await serveLocally(
  createServer(connectNodeAdapter({ routes: (router) => void router.service(CompletionService, { streamComplete }) })),
);

async function* streamComplete(
  { workload }: CompleteRequest,
  { signal }: HandlerContext,
): AsyncGenerator<StreamCompleteResponse> {
  let sequence = 0n;
  for await (const texts of readTexts(parseWorkloadName(workload), signal)) {
    for (const text of texts) {
      sequence += 1n;
      yield create(StreamCompleteResponseSchema, {
        sequence,
        attempt: 1,
        event: { case: "textDelta", value: { text } },
      });
    }
  }
  sequence += 1n;
  yield create(StreamCompleteResponseSchema, { sequence, attempt: 1, event: { case: "completed", value: {} } });
}

/** The texts of an answer, in lists of those that came together. */
async function* readTexts({ dialect, shape }: AskedAnswer, signal: AbortSignal): AsyncGenerator<readonly string[]> {
  let unread: string[] = [];
  let ending: { readonly fault: Error | undefined } | undefined;
  let wake: (() => void) | undefined;
  askUpstream({
    agent,
    baseUrl,
    dialect,
    model: shape,
    signal,
    onText: (text) => {
      unread.push(text);
      wake?.();
    },
    onEnd: (fault) => {
      ending = { fault };
      wake?.();
    },
  });
  for (;;) {
    if (unread.length > 0) {
      const texts = unread;
      unread = [];
      yield texts;
    } else if (ending === undefined) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    } else {
      if (ending.fault !== undefined) throw ending.fault;
      return;
    }
  }
}
