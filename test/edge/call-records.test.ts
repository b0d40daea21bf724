import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import {
  type CompleteRequest,
  CompleteResponseSchema,
  type StreamCompleteResponse,
} from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { FinishReason } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { CostSchema, CostSource, ErrorReason, UsageSchema } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import type { CallContext } from "../../src/call/call-context.ts";
import type { CallEnding, CallRecord, CallRun } from "../../src/call/call-record.ts";
import { CallRefused } from "../../src/call/refusal.ts";
import type { CompletionHandlers } from "../../src/service/services.ts";
import { requestOf, WAYS, type Way } from "./record-ways.ts";
import { type RawCall, type RawRequest, sendRaw } from "./send-raw.ts";
import { aborted, type FakeEdgeOptions, makeText, type StartedEdge, says, startEdge } from "./start-edge.ts";

const CALLERS = [{ name: "intern", scope: undefined, apiKey: "key-of-the-intern", maxConcurrency: undefined }];

interface Staged extends StartedEdge {
  readonly records: CallRecord[];
  send(others?: Partial<RawRequest>): RawCall;
  /** Waits for the record, stops the server, and expects that it stayed the only one. */
  expectOne(ending: object, others?: object): Promise<void>;
}

async function stage(way: Way, options: FakeEdgeOptions = {}): Promise<Staged> {
  const records: CallRecord[] = [];
  const edge = await startEdge({ ...answers(), callers: CALLERS, ...options, records });
  return {
    ...edge,
    records,
    send: (others) => sendRaw(edge.url, way.version, requestOf(way, others)),
    async expectOne(ending, others = {}) {
      await expect.poll(() => records, { timeout: 10_000 }).toHaveLength(1);
      await edge.edge.close();
      const { door, method } = way;
      expect(records).toMatchObject([{ door, method, ending, ...others }]);
      expect(edge.log().match(/"msg":"call /g)).toHaveLength(1);
    },
  };
}

/** What one function does for both methods: it gets a place for what it says, and ends as the call is to end. */
type Behave = (say: (text: string) => void, context: CallContext, request: CompleteRequest) => Promise<void>;

/** Services that do so. A stream says things when they are said, a whole answer at its end. */
function behaves(behave: Behave): Pick<CompletionHandlers, "complete" | "streamComplete"> {
  return {
    async complete(request, context) {
      let text = "";
      await behave((more) => void (text += more), context, request);
      const { requestId } = context;
      return create(CompleteResponseSchema, {
        requestId,
        parts: [{ kind: { case: "text", value: text } }],
        completed: {},
      });
    },
    async *streamComplete(request, context) {
      let wake = Promise.withResolvers<void>();
      const said: StreamCompleteResponse[] = [];
      let sequence = 0n;
      const behaved = behave(
        (text) => {
          said.push(makeText(++sequence, text));
          wake.resolve();
        },
        context,
        request,
      ).then(() => true as const);
      behaved.catch(() => {});
      for (let over = false; !over; ) {
        over = await Promise.race([behaved, wake.promise.then(() => false)]);
        wake = Promise.withResolvers();
        yield* said.splice(0);
      }
      yield* says()(request, context);
    },
  };
}

function answers(): Pick<CompletionHandlers, "complete" | "streamComplete"> {
  return behaves(async (say) => say("Once upon a time."));
}

/** Says the text, tells that it did, and then waits for the end of the call. */
function waits(text = "") {
  const waiting = Promise.withResolvers<void>();
  const services = behaves(async (say, { signal }) => {
    if (text !== "") say(text);
    waiting.resolve();
    await aborted(signal);
    throw signal.reason instanceof CallRefused ? signal.reason : new Error("the client went away");
  });
  return { ...services, waiting: waiting.promise };
}

function makeRun(ending: CallEnding): CallRun {
  const usage = create(UsageSchema, { inputTokens: 3n });
  const cost = create(CostSchema, { source: CostSource.ESTIMATED, microUsd: 7n });
  return { attempts: [], skips: [], switches: [], usage, cost, deliveredBytes: 17, ending };
}

const refused = (reason: ErrorReason): object => ({ kind: "refused", reason });

describe.each(WAYS)("$way", (way) => {
  test("answered", async () => {
    const staged = await stage(way);
    await staged.send().read();
    await staged.expectOne({ kind: "answered" }, { caller: "intern", run: undefined });
  });

  test.each<[string, ErrorReason, FakeEdgeOptions, Partial<RawRequest>]>([
    ["no key", ErrorReason.CALLER_UNKNOWN, {}, { headers: { authorization: "" } }],
    ["a wrong key", ErrorReason.CALLER_UNKNOWN, {}, { headers: { authorization: "Bearer key-of-nobody" } }],
    [
      "a caller over its limit",
      ErrorReason.CALLER_LIMIT,
      { callers: CALLERS.map((caller) => ({ ...caller, maxConcurrency: 0 })) },
      {},
    ],
    ["a full server", ErrorReason.OVERLOADED, { limits: { maxConcurrentCalls: 0 } }, {}],
    ["too little memory", ErrorReason.TOO_LARGE, { limits: { maxBufferedBytes: 1 } }, {}],
    [
      "a large header",
      ErrorReason.TOO_LARGE,
      { limits: { maxHeaderBytes: 2_000 } },
      { headers: { "x-filler": "filler-".repeat(500) } },
    ],
    ["a large body", ErrorReason.TOO_LARGE, { limits: { maxRequestBytes: 4 } }, {}],
    [
      "a large body of a declared length",
      ErrorReason.TOO_LARGE,
      { limits: { maxRequestBytes: 4 } },
      { headers: { "content-length": String(way.body.byteLength) } },
    ],
    ["a body that cannot be read", ErrorReason.INVALID_REQUEST, {}, { body: way.badBody }],
    ["a wrong method", ErrorReason.INVALID_REQUEST, {}, { method: "PUT" }],
  ])("refused: %s", async (_name, reason, options, others) => {
    const staged = await stage(way, options);
    await staged.send(others).read();
    await staged.expectOne(refused(reason), { run: undefined, routes: [] });
    expect(staged.log()).not.toMatch(/key-of|filler/);
  });

  test("refused by its service", async () => {
    const refusal = { reason: ErrorReason.NOT_ALLOWED, message: "caller intern may not use workload sk-secret" };
    const staged = await stage(
      way,
      behaves(() => Promise.reject(new CallRefused(refusal))),
    );
    await staged.send().read();
    await staged.expectOne(refused(ErrorReason.NOT_ALLOWED), { caller: "intern" });
    expect(staged.log() + JSON.stringify(staged.records)).not.toContain("sk-secret");
  });

  test("refused while the server is about to stop", async () => {
    const staged = await stage(way);
    // A request that is still arriving keeps it from ending at once.
    const arriving = staged.send({ body: way.body.subarray(0, way.body.byteLength - 2), unfinished: true });
    await expect.poll(() => staged.edge.callCount).toBe(1);
    const drained = staged.edge.drain({ lameDuckMs: 0, drainTimeoutMs: 60_000 });
    await staged.send().read();
    await expect.poll(() => staged.records).toMatchObject([{ ending: refused(ErrorReason.DRAINING) }]);
    arriving.leave();
    await drained;
  });

  test("cancelled before the request was read", async () => {
    const staged = await stage(way);
    const half = way.body.subarray(0, way.body.byteLength - 2);
    const call = staged.send({ body: half, unfinished: true });
    await expect.poll(() => staged.edge.callCount).toBe(1);
    call.leave();
    await staged.expectOne({ kind: "cancelled" }, { caller: "intern" });
  });

  test.each([
    ["before the first event", ""],
    ["after some text", "Once "],
  ])("cancelled %s", async (_name, text) => {
    const { waiting, ...services } = waits(text);
    const staged = await stage(way, services);
    const call = staged.send();
    await waiting;
    if (way.streams && text !== "") await call.answered();
    call.leave();
    await staged.expectOne({ kind: "cancelled" }, { caller: "intern" });
  });

  test("cancelled after the last event, before all of it was sent: its cost is there", async () => {
    const services = behaves(async (say, { trail }) => {
      trail.asked({ workload: "summaries", labels: { team: "search" } });
      trail.began(["a", "b"])(makeRun({ kind: "completed", finishReason: FinishReason.STOP }));
      // More than what lies between a server and a client that does not read.
      say("x".repeat(16 * 1024 * 1024));
    });
    const staged = await stage(way, services);
    const call = staged.send();
    await call.answered();
    call.leave();
    const asked = { workload: "summaries", labels: { team: "search" }, routes: ["a", "b"] };
    await staged.expectOne({ kind: "cancelled" }, { ...asked, run: { cost: { microUsd: 7n } } });
  });

  test("completed", async () => {
    const ending = { kind: "completed", finishReason: FinishReason.STOP } as const;
    const services = behaves(async (say, { trail }) => {
      const end = trail.began(["a"]);
      say("Once upon a time.");
      end(makeRun(ending));
    });
    const staged = await stage(way, services);
    await staged.send().read();
    await staged.expectOne(ending, { routes: ["a"], run: { cost: { microUsd: 7n } } });
  });

  test("an engine that ends long after its client left has its record then", async () => {
    const late = Promise.withResolvers<void>();
    const { waiting, ...services } = waits();
    const staged = await stage(way, {
      complete: (request, context) => services.complete(request, follow(context)),
      streamComplete: (request, context) => services.streamComplete(request, follow(context)),
    });
    function follow(context: CallContext): CallContext {
      const end = context.trail.began(["a"]);
      void late.promise.then(() => end(makeRun({ kind: "cancelled" })));
      return context;
    }
    const call = staged.send();
    await waiting;
    call.leave();
    await expect.poll(() => staged.edge.callCount).toBe(0);
    expect(staged.records).toEqual([]);
    late.resolve();
    await staged.expectOne({ kind: "cancelled" }, { run: { cost: { microUsd: 7n } } });
  });

  test.each([
    ["before any text", ""],
    ["after some text", "Once "],
  ])("drained %s", async (_name, text) => {
    const { waiting, ...services } = waits(text);
    const staged = await stage(way, services);
    const over = staged.send().read();
    await waiting;
    await staged.edge.drain({ lameDuckMs: 0, drainTimeoutMs: 20 });
    await over;
    await staged.expectOne(refused(ErrorReason.DRAINING), { caller: "intern" });
  });

  test.each([
    ["before any text", ""],
    ["after some text", "Once "],
  ])("a fault of its service %s", async (_name, text) => {
    const staged = await stage(
      way,
      behaves(async (say) => {
        if (text !== "") say(text);
        await new Promise(setImmediate);
        throw new RangeError("the prompt is sk-secret");
      }),
    );
    await staged.send().read();
    await staged.expectOne({ kind: "fault", fault: "RangeError" });
    expect(staged.log() + JSON.stringify(staged.records)).not.toContain("sk-secret");
  });

  test("an answer that cannot be written is a fault, whatever the engine says", async () => {
    const staged = await stage(way, unwritable());
    await staged.send().read();
    await staged.expectOne({ kind: "fault" }, { routes: ["a"], run: { cost: { microUsd: 7n } } });
  });
});

/** Services that complete an answer which no protocol can encode. */
function unwritable(): Pick<CompletionHandlers, "complete" | "streamComplete"> {
  const run = makeRun({ kind: "completed", finishReason: FinishReason.STOP });
  return {
    async complete(_request, context) {
      context.trail.began(["a"])(run);
      const response = create(CompleteResponseSchema, { requestId: context.requestId, completed: {} });
      return Object.assign(response, { parts: [7], switches: 7 });
    },
    async *streamComplete(_request, context) {
      yield makeText(1n, "Once ");
      context.trail.began(["a"])(run);
      yield Object.assign(makeText(2n, "upon"), { event: { case: "textDelta", value: { text: 7n } } });
    },
  };
}

/** Begins an engine that ends when its call is aborted, whatever the reason. */
function runUntilAborted(context: CallContext): CallContext {
  const end = context.trail.began(["a"]);
  void aborted(context.signal).then(() => end(makeRun({ kind: "cancelled" })));
  return context;
}

const RPC = WAYS.filter(({ door }) => door !== "openai");

test.each(RPC)("a wrong content type is refused: $way", async (way) => {
  const staged = await stage(way);
  await staged.send({ headers: { "content-type": "text/plain" } }).read();
  await expect.poll(() => staged.records).toHaveLength(1);
  expect(staged.records).toMatchObject([{ method: way.method, ending: refused(ErrorReason.INVALID_REQUEST) }]);
});

test.each(RPC)("a deadline that passes is no cancel of the client: $way", async (way) => {
  const { waiting, ...services } = waits("Once ");
  const staged = await stage(way, {
    complete: (request, context) => services.complete(request, runUntilAborted(context)),
    streamComplete: (request, context) => services.streamComplete(request, runUntilAborted(context)),
  });
  await staged.send({ headers: { ...way.deadline } }).read();
  await waiting;
  await staged.expectOne(refused(ErrorReason.DEADLINE_EXCEEDED), { run: { cost: { microUsd: 7n } } });
});
