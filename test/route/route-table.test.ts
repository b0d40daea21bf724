import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { RouteChange } from "../../src/call/call-observer.ts";
import type { Lease } from "../../src/call/route.ts";
import type { RouteOptions } from "../../src/route/create-route.ts";
import type { ProtectedRoute } from "../../src/route/protected-route.ts";
import type { RouteDefinition, RouteDefinitions, RouteSet } from "../../src/route/route-set.ts";
import { createRouteTable, type RouteNews, type RouteTable } from "../../src/route/route-table.ts";
import { standbyRoute } from "./standby-route.ts";

let table: RouteTable;
let routes: ReturnType<typeof asked>;
let closed: string[];
let changes: RouteChange[];

function defines(name: string, fingerprint: string, options: Partial<RouteOptions> = {}): RouteDefinition {
  const closeUpstream = (): void => void closed.push(name);
  return { fingerprint, make: (listeners) => standbyRoute({ name, closeUpstream, ...listeners, ...options }) };
}

/** Configured routes with their fingerprints; models of provider `local` on demand. */
function define(fingerprints: Readonly<Record<string, string>>, local = "1"): RouteDefinitions {
  return {
    configured: new Map(Object.entries(fingerprints).map(([name, print]) => [name, defines(name, print)])),
    onDemand: (provider, model) =>
      provider === "local" ? defines(`${provider}/${model}`, local, { provider, model }) : undefined,
  };
}

beforeEach(() => {
  vi.useFakeTimers();
  closed = [];
  changes = [];
  table = createRouteTable((change) => changes.push(change));
  routes = asked(table.load(define({ b: "1", a: "1" })));
});
afterEach(() => {
  table.dispose();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

/** A set of routes as a call asks for one that it does not need any more. */
function asked(set: RouteSet) {
  return {
    set,
    get(name: string): ProtectedRoute | undefined {
      const pins = set.pin("");
      const found = pins.find(name);
      pins.release();
      return typeof found === "string" ? undefined : found;
    },
    list: () => set.list(),
    release: () => set.release(),
  };
}

function inUse(name: string): ReturnType<ProtectedRoute["admit"]> | undefined {
  return routes.get(name)?.admit({ maxWaitMs: 0, signal: new AbortController().signal });
}

async function read(watcher: AsyncIterator<RouteNews>): Promise<string[] | undefined> {
  const next = await watcher.next();
  if (next.done === true) return undefined;
  return [...next.value.routes.map((route) => route.name), ...next.value.removedRoutes.map((name) => `-${name}`)];
}

async function lease(route: ProtectedRoute | undefined): Promise<Lease> {
  const admission = await route?.admit({ maxWaitMs: 0, signal: new AbortController().signal });
  if (admission?.kind !== "admitted") throw new Error("the route let nobody in");
  return admission.lease;
}

test("finds configured routes, and makes others from provider/model, split at the first slash", () => {
  expect(routes.get("a")?.name).toBe("a");
  const made = routes.get("local/org/llama-4");
  expect(made?.describe()).toMatchObject({ provider: "local", model: "org/llama-4" });
  expect(routes.get("local/org/llama-4")).toBe(made);
});

test.each(["c", "other/model", "/model", "local/", "local", ""])("finds no route named %j", (name) => {
  expect(routes.get(name)).toBeUndefined();
  expect(table.list()).toHaveLength(2);
});

test("lists the configured routes by name, then those on demand", () => {
  routes.get("local/z");
  routes.get("local/m");
  expect(table.list().map((route) => route.name)).toEqual(["a", "b", "local/m", "local/z"]);
});

test("closes the longest unused idle route when a 257th is asked for", () => {
  for (let model = 0; model < 256; model += 1) routes.get(`local/${model}`);
  void inUse("local/0");
  routes.get("local/1")?.coolDown(60_000, "answered 429");
  for (let model = 3; model < 256; model += 1) routes.get(`local/${model}`);
  routes.get("local/2");
  expect(routes.get("local/new")).toBeDefined();
  expect(closed).toEqual(["local/3"]);
  expect(table.list()).toHaveLength(258);
});

test("lets resting routes live while others are idle", () => {
  routes.get("local/0")?.coolDown(60_000, "answered 429");
  for (let model = 1; model <= 256; model += 1) routes.get(`local/${model}`);
  expect(closed).toEqual(["local/1"]);
});

test("closes a resting route when no other is idle, and never one in use or isolated", async () => {
  for (let model = 0; model < 255; model += 1) await inUse(`local/${model}`);
  routes.get("local/resting")?.coolDown(60_000, "answered 429");
  routes.get("local/next")?.isolate("maintenance");
  expect(closed).toEqual(["local/resting"]);
  expect(routes.get("local/more")).toBeUndefined();
  expect(table.list()).toHaveLength(258);
});

test("a route that a running call has in its plan gives its place to no other", () => {
  const call = routes.set.pin("");
  call.find("local/backup");
  for (let model = 0; model < 300; model += 1) routes.get(`local/${model}`);
  expect(table.find("local/backup")).toBeDefined();
  call.release();
  for (let model = 0; model < 300; model += 1) routes.get(`local/${model}`);
  expect(table.find("local/backup")).toBeUndefined();
});

test("a call counts once for a route that it names twice, and releases it once", () => {
  const [call, other] = [routes.set.pin(""), routes.set.pin("")];
  call.find("local/m");
  call.find("local/m");
  call.release();
  call.release();
  other.find("local/m");
  for (let model = 0; model < 300; model += 1) routes.get(`local/${model}`);
  expect(table.find("local/m")).toBeDefined();
});

test("a caller has a quarter of the places, and its own routes go for its next ones", () => {
  const running = routes.set.pin("busy");
  for (let model = 0; model < 64; model += 1) expect(running.find(`local/${model}`)).toBeTypeOf("object");
  expect(running.find("local/more")).toBe("no-place-of-caller");
  expect(running.find("local/0")).toBeTypeOf("object");
  expect(routes.set.pin("other").find("local/other")).toBeTypeOf("object");
  running.release();
  expect(routes.set.pin("busy").find("local/more")).toBeTypeOf("object");
  expect(closed).toEqual(["local/1"]);
});

test("who only looks makes no route, and what is there is looked at as it is", () => {
  routes.get("local/m")?.coolDown(60_000, "answered 429");
  const looked = routes.set.look();
  expect(looked.find("local/m")).toBe(table.find("local/m"));
  expect(looked.find("local/new")).toMatchObject({ model: "new" });
  expect(looked.find("local/new")).toBe(looked.find("local/new"));
  expect(looked.find("nobody/m")).toBe("none");
  expect(table.find("local/new")).toBeUndefined();
  looked.release();
  expect(closed).toEqual(["local/new"]);
});

test("gives a watcher everything first, then what changed, each route once", async () => {
  const watcher = table.watch(new AbortController().signal)[Symbol.asyncIterator]();
  expect(await read(watcher)).toEqual(["a", "b"]);
  for (let change = 0; change < 5; change += 1) routes.get("b")?.coolDown(1_000 * change, "answered 429");
  routes.get("local/m");
  expect(await read(watcher)).toEqual(["b", "local/m"]);
  routes.get("a")?.isolate("maintenance");
  const next = read(watcher);
  await vi.advanceTimersByTimeAsync(100);
  expect(await next).toEqual(["a"]);
});

test("waits a tenth of a second between two messages to a watcher", async () => {
  const watcher = table.watch(new AbortController().signal)[Symbol.asyncIterator]();
  await read(watcher);
  routes.get("a")?.isolate("maintenance");
  await read(watcher);
  let told = false;
  const next = read(watcher).then(() => (told = true));
  routes.get("b")?.isolate("maintenance");
  await vi.advanceTimersByTimeAsync(99);
  expect(told).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  await next;
});

test("gives a watcher of some routes these only", async () => {
  const watcher = table.watch(new AbortController().signal, (name) => name === "b")[Symbol.asyncIterator]();
  expect(await read(watcher)).toEqual(["b"]);
  routes.get("a")?.isolate("maintenance");
  const next = read(watcher);
  await vi.advanceTimersByTimeAsync(200);
  routes.get("b")?.isolate("maintenance");
  await vi.advanceTimersByTimeAsync(200);
  expect(await next).toEqual(["b"]);
});

test.each([
  ["its signal is aborted", (call: AbortController) => call.abort()],
  ["the table is disposed of", () => table.dispose()],
])("ends a watcher when %s", async (_, end) => {
  const call = new AbortController();
  const watcher = table.watch(call.signal)[Symbol.asyncIterator]();
  await read(watcher);
  const next = read(watcher);
  end(call);
  expect(await next).toBeUndefined();
});

test("closes all upstreams when it is disposed of", () => {
  routes.get("local/m");
  table.dispose();
  expect(closed.sort()).toEqual(["a", "b", "local/m"]);
});

test("tells a watcher of routes that are gone", async () => {
  for (let model = 0; model < 256; model += 1) routes.get(`local/${model}`);
  const watcher = table.watch(new AbortController().signal, (name) => !/[1-9]/.test(name))[Symbol.asyncIterator]();
  await read(watcher);
  routes.get("local/new");
  expect(await read(watcher)).toEqual(["local/new", "-local/0"]);
  const next = read(watcher);
  table.load(define({ a: "1", c: "1" }));
  await vi.advanceTimersByTimeAsync(100);
  expect(await next).toEqual(["c", "-b"]);
});

test("keeps a route that did not change, with its state and its connections", async () => {
  routes.get("a")?.coolDown(60_000, "answered 429");
  const before = routes.get("a");
  const next = asked(table.load(define({ a: "1", b: "2" })));
  expect(next.get("a")).toBe(before);
  expect(next.get("b")).not.toBe(routes.get("b"));
  expect(next.get("a")?.refusal()?.message).toContain("cooling down");
  routes.release();
  expect(closed).toEqual(["b"]);
});

test("keeps routes on demand whose provider did not change", () => {
  const before = routes.get("local/m");
  const same = asked(table.load(define({ a: "1" })));
  expect(same.get("local/m")).toBe(before);
  const other = asked(table.load(define({ a: "1" }, "2")));
  expect(other.list().map(({ name }) => name)).toEqual(["a"]);
  expect(other.get("local/m")).not.toBe(before);
});

test("lets calls that began before go on with their routes until the last has ended", async () => {
  const before = routes.get("b");
  table.load(define({ a: "1" }));
  expect(table.find("b")).toBeUndefined();
  expect(table.list().map(({ name }) => name)).toEqual(["a"]);
  (await lease(before)).ok();
  expect(closed).toEqual([]);
  routes.release();
  expect(closed).toEqual(["b"]);
  await expect(lease(before)).rejects.toThrow("let nobody in");
});

test("closes a route only when no configuration has it, however many there were", () => {
  const second = asked(table.load(define({ a: "1", b: "1" })));
  const third = asked(table.load(define({ a: "1" })));
  routes.release();
  routes.release();
  expect(closed).toEqual([]);
  second.release();
  expect(closed).toEqual(["b"]);
  expect(third.get("a")?.refusal()).toBeUndefined();
});

test("keeps a changed route isolated, and isolates it for the calls that began before too", async () => {
  const old = routes.get("a");
  table.isolate("a", "maintenance", Date.now() + 60_000);
  const next = asked(table.load(define({ a: "2", b: "1" })));
  expect(next.get("a")?.describe().availability).toMatchObject({ cause: "maintenance" });
  table.restore("a");
  expect([old?.isolated, next.get("a")?.isolated]).toEqual([false, false]);
  table.isolate("a", "again");
  expect([old?.isolated, next.get("a")?.isolated]).toEqual([true, true]);
  routes.release();
});

test("keeps a name isolated while no configuration has it", () => {
  table.isolate("a", "maintenance");
  table.load(define({ b: "1" }));
  expect(table.find("a")).toBeUndefined();
  expect(asked(table.load(define({ a: "1", b: "1" }))).get("a")?.isolated).toBe(true);
  table.restore("a");
  expect(asked(table.load(define({ a: "2", b: "1" }))).get("a")?.isolated).toBe(false);
});

test("forgets an isolation whose time passed while no configuration had its route", async () => {
  table.isolate("a", "maintenance", Date.now() + 1_000);
  table.load(define({ b: "1" }));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(asked(table.load(define({ a: "1", b: "1" }))).get("a")?.isolated).toBe(false);
});

test("keeps a route on demand isolated when its provider changes, and shows it", () => {
  routes.get("local/m");
  routes.get("local/other");
  table.isolate("local/m", "maintenance");
  const next = asked(table.load(define({ a: "1", b: "1" }, "2")));
  expect(table.list().map(({ name }) => name)).toEqual(["a", "b", "local/m"]);
  expect(next.get("local/m")?.isolated).toBe(true);
  table.restore("local/m");
  expect(next.get("local/m")?.isolated).toBe(false);
});

test("isolates a route that only running calls have, and nothing that nobody has", () => {
  const old = routes.get("a");
  table.load(define({ b: "1" }));
  expect(table.isolate("a", "maintenance")).toBe(old);
  expect(old?.isolated).toBe(true);
  expect(table.isolate("z", "maintenance")).toBeUndefined();
  expect(table.restore("z")).toBeUndefined();
});

test("tells every change of a present route's state once, with its cause and its end", async () => {
  const route = routes.get("a");
  for (let failure = 0; failure < 3; failure += 1) (await lease(route)).failed();
  expect(changes).toMatchObject([{ route: "a", from: "available", to: "open", cause: "3 failures in a row" }]);
  expect((changes[0]?.untilMs ?? 0) - Date.now()).toBeGreaterThan(1_000);
  await vi.advanceTimersByTimeAsync(60_000);
  (await lease(route)).ok();
  expect(changes.slice(1).map(({ from, to }) => `${from} ${to}`)).toEqual(["open probing", "probing available"]);
  route?.coolDown(1_000, "answered 429");
  await vi.advanceTimersByTimeAsync(2_000);
  expect(changes.slice(3).map(({ to, cause }) => `${to}: ${cause}`)).toEqual([
    "cooling_down: answered 429",
    "available: ",
  ]);
});

test("does not tell that a route is full, nor what becomes of a route that was replaced", async () => {
  const one = asked(
    table.load({ ...define({}), configured: new Map([["a", defines("a", "1", { maxConcurrency: 1 })]]) }),
  );
  (await lease(one.get("a"))).ok();
  expect(changes).toEqual([]);
  const before = one.get("a");
  table.load(define({ a: "3" }));
  before?.coolDown(1_000, "answered 429");
  expect(changes).toEqual([]);
});
