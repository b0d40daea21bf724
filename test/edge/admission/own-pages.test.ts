import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";

import { curlJson, runCurl } from "../run-curl.ts";
import { type FakeEdgeOptions, startEdge } from "../start-edge.ts";

const caller = { name: "app", scope: undefined, apiKey: "key-of-the-app-0001", maxConcurrency: undefined };

/** Asks both doors of a server of this machine, as a browser would for a page. */
async function ask(options: FakeEdgeOptions, ...headers: string[]): Promise<number[]> {
  const { url } = await startEdge(options);
  const flags = headers.flatMap((header) => ["-H", header]);
  const { status } = await curlJson(url, "CompletionService/Complete", "{}", ...flags);
  const models = await runCurl([`${url}/v1/models`, ...flags]);
  return [status, models.status];
}

describe("where nobody needs a key because only this machine reaches the server", () => {
  test.each(["localhost", "localhost:8080", "127.0.0.1:1", "127.1.2.3", "[::1]", "[::1]:8080", "LOCALHOST"])(
    "a request for %s is answered",
    async (host) => {
      expect(await ask({}, `host: ${host}`)).toEqual([200, 200]);
    },
  );

  test.each([
    "evil.example",
    "evil.example:8080",
    "127.0.0.1.evil.example",
    "10.0.0.1",
    "a b",
    "localhost.evil.example",
  ])("a request for %s, which may be a page's own name, is refused", async (host) => {
    expect(await ask({}, `host: ${host}`)).toEqual([403, 403]);
  });

  test("the refusal says how to mend it, and nothing ran", async () => {
    let callCount = 0;
    const { url } = await startEdge({
      complete: () => {
        callCount += 1;
        return Promise.reject(new Error("never"));
      },
    });
    const { body } = await curlJson(url, "CompletionService/Complete", "{}", "-H", "host: evil.example");
    expect(body).toContain("add it to server.allowed_hosts, or configure callers");
    expect(callCount).toBe(0);
  });

  test("a name that is configured is answered, under any port", async () => {
    const generation = { allowedHosts: ["gateway.internal"] };
    expect(await ask(generation, "host: gateway.internal:9")).toEqual([200, 200]);
  });

  test.each(["https://evil.example", "null", "http://localhost:5173", "file://"])(
    "a page of %s is refused",
    async (origin) => {
      expect(await ask({}, "host: localhost:8080", `origin: ${origin}`)).toEqual([403, 403]);
    },
  );

  test("a page of the server's own, or of a configured origin, is answered", async () => {
    expect(await ask({}, "host: localhost:8080", "origin: http://localhost:8080")).toEqual([200, 200]);
    const corsOrigins = ["http://localhost:5173"];
    expect(await ask({ corsOrigins }, "host: localhost:8080", "origin: http://localhost:5173")).toEqual([200, 200]);
  });

  test("a probe of health may use any name", async () => {
    const { url } = await startEdge();
    expect(await runCurl([`${url}/healthz`, "-H", "host: balancer.example"])).toMatchObject({ status: 200 });
  });
});

test("where a key is needed the name does not matter: no page has it", async () => {
  const key = `authorization: Bearer ${caller.apiKey}`;
  expect(await ask({ callers: [caller] }, key, "host: evil.example")).toEqual([200, 200]);
});

test("two names in one request are refused, whatever is asked", async () => {
  const { port } = await startEdge();
  const socket = connect(port, "127.0.0.1");
  socket.write("GET /healthz HTTP/1.1\r\nHost: a\r\nhost: b\r\nconnection: close\r\n\r\n");
  const answer = await text(socket);
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(answer).toContain("two Host headers");
});

test.each(["text/plain", "text/plain;charset=UTF-8", "application/x-www-form-urlencoded", "application/jsonp", ""])(
  "a post of type %j, which a page may send without asking, starts nothing",
  async (type) => {
    const { url } = await startEdge();
    const flags = ["-X", "POST", "-H", `content-type: ${type}`, "-d", "{}"];
    expect((await runCurl([`${url}/v1/chat/completions`, ...flags])).status).toBe(415);
    expect((await runCurl([`${url}/understudy.v1.CompletionService/Complete`, ...flags])).status).toBe(415);
  },
);

test("a type with parameters is JSON too", async () => {
  const { url } = await startEdge();
  const flags = ["-H", "content-type: application/json; charset=utf-8", "-d", '{"model":"summaries","messages":[]}'];
  expect((await runCurl([`${url}/v1/chat/completions`, ...flags])).status).not.toBe(415);
});
