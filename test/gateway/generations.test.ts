import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { loadConfig } from "../../src/config/load-config.ts";
import { CallCounts } from "../../src/edge/admission/callers.ts";
import { createEngine } from "../../src/failover/engine.ts";
import type { SchemaCheck } from "../../src/failover/schema/verify-answer.ts";
import { type Generations, startGenerations } from "../../src/gateway/generations.ts";
import { createRouteTable, type RouteTable } from "../../src/route/route-table.ts";
import { ComparisonPlaces } from "../../src/service/comparison-places.ts";
import { createLog } from "../../src/telemetry/log.ts";

const GOOD = `require_approval: off
providers: { p: { platform: openai, api_key: "\${KEY}" } }
routes: { a: { provider: p, model: gpt-5 } }
workloads: { w: { primary: a } }
`;
const checkSchema: SchemaCheck = async () => ({ kind: "fits" });

let text: string;
let lines: string[];
let table: RouteTable;
let generations: Generations;

beforeEach(() => {
  vi.useFakeTimers();
  text = GOOD;
  lines = [];
  table = createRouteTable();
  const engine = createEngine({ random: Math.random, checkSchema });
  generations = startGenerations({
    source: {
      path: "understudy.yaml",
      load: () => loadConfig({ text, file: "understudy.yaml", env: { KEY: "k" } }),
      close: async () => {},
    },
    shared: {
      table,
      engine,
      comparisonEngine: engine,
      checkSchema,
      observer: { callEnded: () => {}, routeChanged: () => {}, operatorActed: () => {} },
      callCounts: new CallCounts(),
      comparisonPlaces: new ComparisonPlaces(),
      random: Math.random,
    },
    log: createLog("info", { write: (line) => void lines.push(String(JSON.parse(line).problems ?? line)) }),
    onLoad: () => {},
  });
});
afterEach(() => {
  generations.close();
  table.dispose();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

test("a refused configuration is tried again, and told again only if something else is wrong with it", () => {
  text = `${GOOD}ruotes: {}\n`;
  generations.reloadUnasked("a file changed");
  expect(lines).toEqual([expect.stringContaining("ruotes")]);
  vi.advanceTimersByTime(15_000);
  expect(lines).toHaveLength(1);

  text = `${GOOD}wrokloads: {}\n`;
  vi.advanceTimersByTime(5_000);
  expect(lines.slice(1)).toEqual([expect.stringContaining("wrokloads")]);

  text = GOOD.replace("gpt-5", "gpt-5.5");
  vi.advanceTimersByTime(5_000);
  expect(generations.current.number).toBe(2);
  expect(lines.slice(2)).toEqual([expect.stringContaining("the configuration can be used again")]);
});

test("what somebody asked for and was refused is tried again too, and said to be usable when nothing differs", async () => {
  text = `${GOOD}ruotes: {}\n`;
  await expect(generations.reload({ caller: undefined, requestId: "call-1" })).rejects.toThrow("unknown key");
  text = GOOD;
  vi.advanceTimersByTime(5_000);
  expect(generations.current.number).toBe(1);
  expect(lines).toEqual([expect.stringContaining("the configuration can be used again")]);
});

test("what waits for a restart is told when it changes, and when nothing waits any more", () => {
  text = `${GOOD}server: { listen: "127.0.0.1:1" }\n`;
  generations.reloadUnasked("SIGHUP");
  generations.reloadUnasked("SIGHUP");
  expect(lines).toEqual([expect.stringContaining('"restartNeeded":["server.listen"]')]);
  text = GOOD;
  generations.reloadUnasked("SIGHUP");
  expect(lines.slice(1)).toEqual([expect.stringContaining("nothing waits for a restart any more")]);
});
