/** The browser example as a person uses it. */

import type { Browser, Page } from "playwright-core";

/** Longest wait for anything on the page, in milliseconds: a heartbeat comes after 10 s. */
const MAX_WAIT_MS = 20_000;

export interface AskPage {
  readonly page: Page;
  /** Protocols of the gateway's answers, as Chromium names them: `http/1.1`, `h2`. */
  readonly protocols: ReadonlySet<string>;
  /** Fills in the form and asks. */
  ask(workload: string): Promise<void>;
  /** Waits until the connection is in a state. */
  waitFor(state: string): Promise<void>;
  /** Waits until the answer contains a text. */
  waitForText(text: string): Promise<void>;
  /** The answer's text, without the notes at seams. */
  text(): Promise<string>;
  /** The notes at seams. */
  seams(): Promise<string[]>;
  close(): Promise<void>;
}

/** Opens the page at `url` in a profile of its own, so that nothing is shared with other pages. */
export async function openAskPage(browser: Browser, url: string, server: string): Promise<AskPage> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 900, height: 1_000 } });
  context.setDefaultTimeout(MAX_WAIT_MS);
  const page = await context.newPage();
  const protocols = new Set<string>();
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  session.on("Network.responseReceived", ({ response }) => {
    if (response.url.startsWith(server) && response.protocol !== undefined) protocols.add(response.protocol);
  });
  await page.goto(`${url}/?server=${encodeURIComponent(server)}`);
  return {
    page,
    protocols,
    async ask(workload) {
      await page.fill("[name=workload]", workload);
      await page.click("[name=ask]");
    },
    waitFor: async (state) => void (await page.waitForSelector(`output[data-state=${state}]`)),
    waitForText: async (text) => void (await page.waitForSelector(`article:has-text(${JSON.stringify(text)})`)),
    text: () =>
      page.$eval("article", (article) =>
        [...article.childNodes].map((node) => (node.nodeName === "#text" ? node.textContent : "")).join(""),
      ),
    seams: () => page.$$eval(".seam", (notes) => notes.map((seam) => seam.textContent)),
    close: () => context.close(),
  };
}
