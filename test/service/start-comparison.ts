/** Comparisons over real routes to a simulator. */

import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  Dialect,
  Platform,
  PricesSchema,
  ProviderSchema,
  RequestRouting,
  RequireApproval,
  RouteSchema,
  WorkloadSchema,
} from "../../gen/ts/understudy/config/v1/config_pb.ts";
import {
  type CompareRoutesRequest,
  CompareRoutesRequestSchema,
  type CompareRoutesResponse,
  type ComparisonFinished,
  type ComparisonPlanned,
  type Sample,
  type SampleResult,
  SampleSchema,
} from "../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { type CompleteRequest, CompleteRequestSchema } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { Role } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { ErrorReason } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import type { CallContext } from "../../src/call/call-context.ts";
import type { CallRecord } from "../../src/call/call-record.ts";
import { CallRefused } from "../../src/call/refusal.ts";
import { createEngine } from "../../src/failover/engine.ts";
import { createSchemaChecker } from "../../src/failover/schema/schema-check.ts";
import { makeApprovals } from "../../src/plan/approvals.ts";
import { createStaticKey } from "../../src/provider/auth/static-key.ts";
import { createUpstream } from "../../src/provider/create-upstream.ts";
import { createPricing } from "../../src/provider/prices.ts";
import { resolveSettings } from "../../src/provider/settings.ts";
import { createRoute } from "../../src/route/create-route.ts";
import type { ProtectedRoute } from "../../src/route/protected-route.ts";
import { createComparison } from "../../src/service/comparison.ts";
import { ComparisonPlaces } from "../../src/service/comparison-places.ts";
import { startSimulator } from "../../src/simulator/simulator.ts";

/** A route of the stage: the simulated model, and what is not usual about it. */
export interface StagedRoute {
  readonly model: string;
  /** Most calls at the same time. Default 100. */
  readonly maxConcurrency?: number;
  /** Price of a million output tokens; undefined if none is known. Default 15. */
  readonly outputUsdPerMtok?: number | undefined;
}

export type Compare = (
  request: MessageInitShape<typeof CompareRoutesRequestSchema>,
  context?: Partial<CallContext>,
) => AsyncIterable<CompareRoutesResponse>;

export interface Stage {
  readonly routes: ReadonlyMap<string, ProtectedRoute>;
  /** Calls that were made. */
  callCount(): number;
  /** Most calls of one route at the same time. */
  mostOpen(): number;
  /** The records of the calls that comparisons made. */
  readonly records: readonly CallRecord[];
  /** Compares with a limit of tokens that holds everything. */
  readonly compare: Compare;
  /** Compares with the limits of the request alone. */
  readonly compareAsAsked: Compare;
  close(): Promise<void>;
}

/** Told of every call: its route, and the signal that is aborted at its end. */
type CallCounter = (route: string, signal: AbortSignal) => void;

/** Stages routes named `primary`, `backup` … of one workload `summaries`. */
export async function stageComparison(
  staged: Readonly<Record<string, StagedRoute>>,
  sampleSets: ReadonlyMap<string, string> = new Map(),
): Promise<Stage> {
  const simulator = await startSimulator();
  let callCount = 0;
  let mostOpen = 0;
  const open = new Map<string, number>();
  const count: CallCounter = (name, signal) => {
    callCount++;
    const now = (open.get(name) ?? 0) + 1;
    open.set(name, now);
    mostOpen = Math.max(mostOpen, now);
    signal.addEventListener("abort", () => open.set(name, (open.get(name) ?? 0) - 1), { once: true });
  };
  const routes = new Map(
    Object.entries(staged).map(([name, route]) => [name, makeRoute(name, route, simulator.url, count)]),
  );
  const schemaChecker = createSchemaChecker();
  const workloads = {
    summaries: create(WorkloadSchema, {
      primary: "primary",
      backups: [...routes.keys()].filter((name) => name !== "primary"),
    }),
  };
  const records: CallRecord[] = [];
  const engine = createEngine({ random: Math.random, checkSchema: schemaChecker.check });
  const found = {
    find: (name: string) => {
      const route = routes.get(name);
      if (route !== undefined) return route;
      throw new CallRefused({ reason: ErrorReason.ROUTE_NOT_FOUND, message: `route ${name} is not configured` });
    },
    release: () => {},
  };
  const comparison = createComparison({
    settings: {
      workloads,
      requestRouting: RequestRouting.CONFIGURED,
      maxTotalTimeoutMs: 60_000,
      continuationInstruction: "Go on.",
      // A backup under test has no approval yet.
      approvals: makeApprovals({
        required: RequireApproval.ENFORCE,
        workloads,
        granted: [],
        shapeOf: () => undefined,
      }),
      pinRoutes: () => found,
      lookAtRoutes: () => found,
    },
    engine,
    observer: { callEnded: (record) => void records.push(record) },
    checkSchema: schemaChecker.check,
    places: new ComparisonPlaces(),
    sampleSets,
    random: () => 0.25,
  });
  const compareAsAsked: Compare = (request, context = {}) =>
    comparison.compareRoutes(create(CompareRoutesRequestSchema, { workload: "summaries", ...request }), {
      requestId: "comparison-1",
      signal: new AbortController().signal,
      timeoutMs: undefined,
      caller: undefined,
      trail: { asked: () => {}, began: () => () => {} },
      ...context,
    });
  return {
    routes,
    records,
    callCount: () => callCount,
    mostOpen: () => mostOpen,
    compare: (request, context) => compareAsAsked({ maxTokens: 100_000_000n, ...request }, context),
    compareAsAsked,
    async close() {
      for (const route of routes.values()) route.dispose();
      await Promise.all([simulator.close(), schemaChecker.close()]);
    },
  };
}

function makeRoute(
  name: string,
  { model, maxConcurrency = 100, ...prices }: StagedRoute,
  url: string,
  onCall: CallCounter,
): ProtectedRoute {
  const outputUsdPerMtok = "outputUsdPerMtok" in prices ? prices.outputUsdPerMtok : 15;
  const route = create(RouteSchema, { provider: "simulator", model, maxConcurrency });
  const provider = create(ProviderSchema, {
    platform: Platform.COMPATIBLE,
    dialect: Dialect.OPENAI_CHAT,
    endpoint: `${url}/v1`,
  });
  const settings = resolveSettings("simulator", provider, route);
  const { upstream, close } = createUpstream(settings, createStaticKey("bearer", ""));
  const { platform, dialect, apiVersion, dialectVersion, capabilities, pings } = settings;
  const priced =
    outputUsdPerMtok === undefined ? undefined : create(PricesSchema, { inputUsdPerMtok: 3, outputUsdPerMtok });
  return createRoute({
    name,
    provider: "simulator",
    platform,
    dialect,
    model,
    apiVersion,
    dialectVersion,
    capabilities,
    pings,
    upstream: (request, signal) => {
      onCall(name, signal);
      return upstream(request, signal);
    },
    closeUpstream: () => void close(),
    cost: createPricing(settings, priced),
    maxConcurrency,
    random: () => 0.5,
    onChange: () => {},
    onTransition: () => {},
  });
}

/** So many samples that ask for the same, each under a name of its own. */
export function samples(
  count: number,
  request: Partial<Omit<CompleteRequest, "$typeName" | "$unknown">> = {},
): Sample[] {
  return Array.from({ length: count }, (_, index) =>
    create(SampleSchema, {
      name: `sample-${index + 1}`,
      request: create(CompleteRequestSchema, {
        messages: [{ role: Role.USER, text: `Tell me a story. (${index + 1})` }],
        ...request,
      }),
    }),
  );
}

/** The samples as a request carries them. */
export function inline(...list: readonly Sample[]): CompareRoutesRequest["samples"] {
  return {
    case: "inline",
    value: { $typeName: "understudy.v1.SampleBatch", samples: [...list] },
  };
}

/** What a comparison told. */
export interface Told {
  planned: ComparisonPlanned | undefined;
  readonly results: SampleResult[];
  finished: ComparisonFinished | undefined;
}

/** Reads a comparison to its end. */
export async function read(events: AsyncIterable<CompareRoutesResponse>): Promise<Told> {
  const told: Told = { planned: undefined, results: [], finished: undefined };
  for await (const { event } of events) {
    if (event.case === "planned") told.planned = event.value;
    else if (event.case === "sampleResult") told.results.push(event.value);
    else if (event.case === "finished") told.finished = event.value;
  }
  return told;
}
