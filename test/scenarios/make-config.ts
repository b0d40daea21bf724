/** Makes the configuration of a gateway whose upstreams are one simulator. */

/** The key that the gateway is given for its upstreams. It may appear nowhere else. */
export const API_KEY = "sk-scenario-3f1b9c";

export type Dialect = "openai-chat" | "anthropic-messages";

/** A route whose model's name asks for faults. */
export interface RouteSetup {
  /** As the simulator reads them: `stall=40`. Default healthy. */
  readonly faults?: string;
  /** Whether nothing listens at the upstream's address. */
  readonly refused?: boolean;
  /** Further keys of the route. */
  readonly settings?: object;
}

export interface WorkloadSetup {
  readonly name: string;
  /** The primary first, each with its dialect. */
  readonly routes: readonly (RouteSetup & { readonly dialect: Dialect })[];
  readonly policy?: object;
}

/** The places in a plan, and the end of a route's name. */
export const PLACES = ["primary", "backup", "third"] as const;

/** The route of a workload. Every workload has routes of its own, so that breakers do not influence each other. */
export function routeName(workload: string, place: number): string {
  return `${workload}.${PLACES[place]}`;
}

/** The reserved port of a service that nobody runs. */
const CLOSED = "http://127.0.0.1:1";

/** Limits that no call of a test reaches. */
const PATIENT = { first_token_timeout: "10s", stall_timeout: "10s" };

/** Limits for calls that wait until one has passed: short for a test, and long for a busy machine. */
export const IMPATIENT = { first_token_timeout: "4s", stall_timeout: "4s" };

/** Makes a configuration. `others` replaces whole sections. */
export function makeConfig(simulatorUrl: string, workloads: readonly WorkloadSetup[], others: object = {}): object {
  const routes = workloads.flatMap(({ name, routes: setups }) =>
    setups.map((setup, place) => [routeName(name, place), makeRoute(routeName(name, place), setup)] as const),
  );
  return {
    providers: {
      "openai-chat": provider("openai-chat", simulatorUrl),
      "anthropic-messages": provider("anthropic-messages", simulatorUrl),
      "openai-chat-closed": provider("openai-chat", CLOSED),
      "anthropic-messages-closed": provider("anthropic-messages", CLOSED),
    },
    routes: Object.fromEntries(routes),
    workloads: Object.fromEntries(workloads.map((workload) => [workload.name, makeWorkload(workload)])),
    ...others,
  };
}

function provider(dialect: Dialect, url: string): object {
  return {
    platform: "compatible",
    dialect,
    endpoint: dialect === "openai-chat" ? `${url}/v1` : url,
    api_key: "${SCENARIO_KEY}",
    allow_models: ["allowed-*"],
  };
}

function makeRoute(name: string, setup: WorkloadSetup["routes"][number]): object {
  const { dialect, faults = "", refused = false, settings = {} } = setup;
  return {
    provider: refused ? `${dialect}-closed` : dialect,
    model: faults === "" ? name : `${name}+${faults}`,
    ...settings,
  };
}

function makeWorkload({ name, routes, policy }: WorkloadSetup): object {
  const [primary, ...backups] = routes.map((_, place) => routeName(name, place));
  return { primary, backups, policy: { ...PATIENT, ...policy } };
}
