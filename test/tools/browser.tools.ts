/** Uses the browser example in Chromium, from another origin than the gateway's. */

import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Browser } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { STORY } from "../../src/simulator/answer/story.ts";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import { makeConfig, type WorkloadSetup } from "../scenarios/make-config.ts";
import { type Gateway, startGateway } from "../scenarios/start-gateway.ts";
import { type AskPage, openAskPage } from "./ask-page.ts";
import { launchChromium } from "./launch-chromium.ts";
import { makeCertificate } from "./make-certificate.ts";
import { type FolderServer, serveFolder } from "./serve-folder.ts";
import { startRelay } from "./start-relay.ts";

const STORY_SHA256 = createHash("sha256").update(STORY).digest("hex");

/** Longest time from the click until the upstream connection is closed, in milliseconds; the browser takes its part. */
const CLOSED_WITHIN_MS = 1_000;

const dialect = "anthropic-messages";
const settings = { continuation: "instruct" };
const WORKLOADS: readonly WorkloadSetup[] = [
  { name: "well", routes: [{ dialect, faults: "rate=400" }] },
  {
    name: "stalls",
    routes: [
      { dialect, faults: "rate=400+stall=40" },
      { dialect, faults: "rate=400", settings },
    ],
    policy: { stall_timeout: "1s" },
  },
  {
    name: "down",
    routes: [
      { dialect, faults: "status=503" },
      { dialect, faults: "status=529" },
    ],
    policy: { max_attempts: 2 },
  },
  { name: "slow", routes: [{ dialect, faults: "rate=60", settings }] },
  { name: "silent", routes: [{ dialect, faults: "pings-only" }], policy: { first_token_timeout: "60s" } },
  {
    name: "breaks-off",
    routes: [{ dialect, faults: "rate=400+stall=40+times=1", settings }],
    policy: { stall_timeout: "500ms", switch: "never" },
  },
];

let folder = "";
let browser: Browser;
let pages: FolderServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "understudy-browser-"));
  const root = resolve(import.meta.dirname, "../../examples/browser");
  await build({ root, logLevel: "error", build: { outDir: join(folder, "page"), emptyOutDir: true } });
  pages = await serveFolder(join(folder, "page"));
  browser = await launchChromium();
});

afterAll(async () => {
  await browser.close();
  pages.close();
  rmSync(folder, { recursive: true });
});

/** Serves the workloads to pages of `http://127.0.0.1`, and to no other. */
async function startForPages(simulator: Simulator, tls: boolean): Promise<Gateway> {
  const server = {
    cors_origins: [`http://127.0.0.1:${pages.port}`],
    ...(tls && { tls: makeCertificate(folder) }),
  };
  return startGateway(makeConfig(simulator.url, WORKLOADS, { server }));
}

async function open(server: string, host = "127.0.0.1"): Promise<AskPage> {
  const opened = await openAskPage(browser, `http://${host}:${pages.port}`, server);
  onTestFinished(() => opened.close());
  return opened;
}

describe.each([
  { over: "HTTP/1.1 in cleartext", tls: false, protocol: "http/1.1" },
  { over: "HTTP/2 with TLS", tls: true, protocol: "h2" },
])("over $over", ({ tls, protocol }) => {
  let simulator: Simulator;
  let gateway: Gateway;
  beforeAll(async () => {
    simulator = await startSimulator();
    gateway = await startForPages(simulator, tls);
  });
  afterAll(async () => {
    await gateway.stop();
    await simulator.close();
  });

  test("a page of a configured origin streams an answer, and its hash is the gateway's", async () => {
    const opened = await open(gateway.url);
    await opened.ask("well");
    await opened.waitFor("streaming");
    expect(STORY.startsWith(await opened.text())).toBe(true);
    await opened.waitFor("complete");
    expect(await opened.text()).toBe(STORY);
    expect(await opened.page.textContent("footer")).toContain(`sha256 ${STORY_SHA256} ✓`);
    expect([...opened.protocols]).toEqual([protocol]);
  });

  test("a page of another origin may not", async () => {
    const opened = await open(gateway.url, "localhost");
    const before = simulator.requests.length;
    await opened.ask("well");
    await opened.waitFor("failed");
    expect(await opened.page.textContent(".failure")).toContain("server.cors_origins");
    expect(await opened.text()).toBe("");
    expect(simulator.requests.length).toBe(before);
  });

  test("the page shows a switch in its place, and every byte once", async () => {
    const opened = await open(gateway.url);
    await opened.ask("stalls");
    await opened.waitFor("complete");
    const [seam, ...others] = await opened.seams();
    const delivered = /^stalls\.primary stalled after (\d+) bytes: stalls\.backup continues after \d\.\d s$/u.exec(
      seam ?? "",
    )?.[1];
    expect(others).toEqual([]);
    const beforeSeam = await opened.page.$eval(".seam", (note) => {
      let text = "";
      for (let node = note.previousSibling; node !== null; node = node.previousSibling) text = node.textContent + text;
      return text;
    });
    expect(Buffer.byteLength(beforeSeam)).toBe(Number(delivered));
    expect(await opened.text()).toBe(STORY);
    expect(await opened.page.textContent("footer")).toContain("served by stalls.primary, stalls.backup");
  });

  test("the cancel button closes the upstream, and the page can ask again", async () => {
    const opened = await open(gateway.url);
    await opened.ask("slow");
    await opened.waitForText("The night ferry");
    const before = simulator.requests.length;
    await opened.page.click("[name=cancel]");
    await opened.waitFor("cancelled");
    await simulator.until(({ openCount }) => openCount === 0, CLOSED_WITHIN_MS);
    expect(simulator.requests.at(-1)?.end.kind).toBe("clientClosed");
    expect(simulator.requests.length).toBe(before);
    await opened.ask("well");
    await opened.waitFor("complete");
    expect(await opened.text()).toBe(STORY);
  });

  test("the page shows what was tried when every route is down", async () => {
    const opened = await open(gateway.url);
    await opened.ask("down");
    await opened.waitFor("failed");
    expect(await opened.page.textContent(".failure h2")).toBe("Unavailable · ALL_ROUTES_FAILED");
    const rows = await opened.page.$$eval(".attempts tr", (found) =>
      found.map((row) => [...row.children].slice(0, 4).map(({ textContent }) => textContent)),
    );
    expect(rows).toEqual([
      ["attempt", "route", "outcome", "upstream"],
      ["1", "down.primary", "failed", "503"],
      ["2", "down.backup", "failed", "529"],
    ]);
    expect(await opened.page.textContent(".failure")).toMatch(/try again in \d+\.\d s · request \S+/u);
  });

  test("the page goes on with an answer whose connection broke", async () => {
    const relay = await startRelay(Number(new URL(gateway.url).port));
    onTestFinished(() => relay.close());
    const through = new URL(gateway.url);
    through.port = String(relay.port);
    const opened = await open(through.origin);
    await opened.ask("slow");
    await opened.waitForText("The night ferry");
    relay.breakConnections();
    await opened.waitForText("the answer broke off here");
    await opened.waitFor("complete");
    expect(await opened.text()).toBe(STORY);
    expect(await opened.page.textContent("footer")).toContain(`sha256 ${STORY_SHA256} ✓`);
  });

  test("the page goes on with an answer that the gateway could not", async () => {
    const opened = await open(gateway.url);
    await opened.ask("breaks-off");
    await opened.waitFor("complete");
    expect(await opened.seams()).toEqual(["the answer broke off here"]);
    expect(await opened.text()).toBe(STORY);
  });
});

test("the page shows that a silent call is alive, and can be cancelled", async () => {
  const simulator = await startSimulator();
  onTestFinished(() => simulator.close());
  const gateway = await startForPages(simulator, false);
  onTestFinished(() => gateway.stop());
  const opened = await open(gateway.url);
  await opened.ask("silent");
  await opened.page.waitForSelector("output:has-text('the connection is alive')");
  await opened.page.click("[name=cancel]");
  await simulator.until(({ openCount }) => openCount === 0, CLOSED_WITHIN_MS);
});
