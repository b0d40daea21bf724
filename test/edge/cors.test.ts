import { expect, test } from "vitest";

import { curlJson, runCurl } from "./run-curl.ts";
import { startEdge } from "./start-edge.ts";

const page = "https://app.example";
const preflight = [
  "-X",
  "OPTIONS",
  "-H",
  "access-control-request-method: POST",
  "-H",
  "access-control-request-headers: content-type,authorization,connect-protocol-version,x-grpc-web",
];

test.each([
  ["a configured origin", [page], page],
  ["any origin where all may call", ["*"], "*"],
])("a page of %s may call", async (_, corsOrigins, allowed) => {
  const { url } = await startEdge({ corsOrigins });
  const target = `${url}/understudy.v1.CompletionService/Complete`;
  const asked = await runCurl([target, ...preflight, "-H", `origin: ${page}`]);
  expect(asked.status).toBe(204);
  expect(asked.text).toContain(`access-control-allow-origin: ${allowed}`);
  expect(asked.text).toMatch(/access-control-allow-methods: .*POST/);
  expect(asked.text.toLowerCase()).toMatch(
    /access-control-allow-headers: (?=.*authorization)(?=.*x-grpc-web)(?=.*connect-timeout-ms)/,
  );

  const answered = await curlJson(url, "CompletionService/Complete", "{}", "-H", `origin: ${page}`);
  expect(answered.status).toBe(200);
  expect(answered.text).toContain(`access-control-allow-origin: ${allowed}`);
  expect(answered.text.toLowerCase()).toMatch(
    /access-control-expose-headers: (?=.*grpc-status)(?=.*grpc-message)(?=.*grpc-status-details-bin)(?=.*x-request-id)/,
  );
});

test("a page of another origin may not", async () => {
  const { url } = await startEdge({ corsOrigins: [page] });
  const asked = await runCurl([`${url}/any`, ...preflight, "-H", "origin: https://evil.example"]);
  expect(asked.status).toBe(403);
  expect(asked.text).not.toContain("access-control-allow");
  const answered = await curlJson(url, "CompletionService/Complete", "{}", "-H", "origin: https://evil.example");
  expect(answered.text).not.toContain("access-control-allow");
});

test.each([
  ["a page that may call", page, [page]],
  ["a client that is no page", "", [page]],
  ["a page that may not", "https://evil.example", [page]],
  ["a page where all may call", page, ["*"]],
])("no cache gives the answer for %s to a page of another origin", async (_, origin, corsOrigins) => {
  const { url } = await startEdge({ corsOrigins });
  for (const asked of [[], preflight]) {
    const { text } = await runCurl([`${url}/any`, ...asked, "-H", origin === "" ? "accept: */*" : `origin: ${origin}`]);
    expect(text.toLowerCase()).toMatch(/^vary: origin\r?$/m);
  }
});

test("a page may read the headers of every door", async () => {
  const { url } = await startEdge({ corsOrigins: [page] });
  const { text } = await runCurl([`${url}/any`, "-H", `origin: ${page}`]);
  const exposed = /access-control-expose-headers: (.*)/.exec(text.toLowerCase())?.[1]?.split(", ") ?? [];
  expect(exposed).toEqual(
    expect.arrayContaining([
      "x-request-id",
      "grpc-status",
      "grpc-retry-pushback-ms",
      "retry-after",
      "retry-after-ms",
      "x-should-retry",
      "x-understudy-request-id",
      "x-understudy-route",
      "x-understudy-cost-micro-usd",
    ]),
  );
});

test("an error of a gRPC-Web call is readable for the page as well", async () => {
  const { url } = await startEdge({ corsOrigins: [page], limits: { maxConcurrentCalls: 0 } });
  const target = `${url}/understudy.v1.CompletionService/StreamComplete`;
  const headers = ["-H", "content-type: application/grpc-web+proto", "-H", `origin: ${page}`];
  const { text } = await runCurl([target, ...headers], Buffer.from([0, 0, 0, 0, 0]));
  expect(text).toContain(`access-control-allow-origin: ${page}`);
  expect(text).toMatch(/grpc-status: ?14/);
});
