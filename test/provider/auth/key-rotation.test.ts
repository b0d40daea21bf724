import type { IncomingMessage, ServerResponse } from "node:http";
import { create } from "@bufbuild/protobuf";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Dialect, Platform, ProviderSchema } from "../../../gen/ts/understudy/config/v1/config_pb.ts";
import { FinishReason } from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import type { UpstreamEvent } from "../../../src/call/upstream.ts";
import { Credentials } from "../../../src/provider/auth/credentials.ts";
import { createUpstream, type OpenUpstream } from "../../../src/provider/create-upstream.ts";
import { readFixture, sumUp } from "../read-answer.ts";
import { resolves } from "../route-settings.ts";
import { servesUpstream, streams } from "../serve-upstream.ts";
import { asks } from "../upstream-request.ts";
import { KeyFolder } from "./key-folder.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

async function call({ upstream }: OpenUpstream, signal = new AbortController().signal): Promise<UpstreamEvent[]> {
  const events: UpstreamEvent[] = [];
  for await (const event of upstream(asks(), signal)) events.push(event);
  return events;
}

function opens(endpoint: string, apiKeyFile: string): OpenUpstream {
  const provider = { platform: Platform.COMPATIBLE, dialect: Dialect.OPENAI_CHAT, endpoint, apiKeyFile };
  const credential = new Credentials().of("test", create(ProviderSchema, provider), "bearer");
  return createUpstream(resolves(provider), credential);
}

/** Takes the requests with this key only, and notes the keys that come. */
function demands(desk: { key: string; seen: unknown[] }): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    desk.seen.push(request.headers.authorization);
    if (request.headers.authorization === `Bearer ${desk.key}`)
      streams(readFixture("openai/text.sse"))(request, response);
    else response.writeHead(401, { "content-type": "application/json" }).end('{"error":{"code":"invalid_api_key"}}');
  };
}

const REFUSED = { kind: "failed", failure: { kind: "unauthenticated", status: 401, code: "invalid_api_key" } };

test("serves on with the new key after the file was written anew", async () => {
  using folder = new KeyFolder();
  const desk = { key: "first-key", seen: [] };
  await using served = await servesUpstream(demands(desk));
  const route = opens(served.endpoint, folder.writes("key", "first-key\n"));
  expect(sumUp(await call(route)).end).toBe(FinishReason.STOP);

  folder.writes("key", "second-key\n");
  desk.key = "second-key";
  vi.advanceTimersByTime(1000);
  expect(sumUp(await call(route)).end).toBe(FinishReason.STOP);
  expect(desk.seen).toEqual(["Bearer first-key", "Bearer second-key"]);
  await route.close();
});

test("reads the file again after a 401, and leaves it to others whether the request is repeated", async () => {
  using folder = new KeyFolder();
  const desk = { key: "first-key", seen: [] };
  await using served = await servesUpstream(demands(desk));
  const route = opens(served.endpoint, folder.writes("key", "first-key"));
  await call(route);

  folder.writes("key", "second-key");
  desk.key = "second-key";
  // Within the second, the file is not looked at.
  expect((await call(route)).at(-1)).toMatchObject(REFUSED);
  expect(desk.seen).toHaveLength(2);
  expect(sumUp(await call(route)).end).toBe(FinishReason.STOP);
  await route.close();
});

test("fails as unauthenticated, and asks nobody, where there is no key", async () => {
  using folder = new KeyFolder();
  const desk = { key: "first-key", seen: [] };
  await using served = await servesUpstream(demands(desk));
  const route = opens(served.endpoint, folder.at("key"));
  const message = "was not asked: the key file of provider test cannot be read (ENOENT)";
  expect(await call(route)).toMatchObject([
    { kind: "failed", failure: { kind: "unauthenticated", status: undefined, message } },
  ]);
  expect(desk.seen).toEqual([]);
  await route.close();
});

test("says nothing when it is aborted while the file is looked at", async () => {
  using folder = new KeyFolder();
  const desk = { key: "first-key", seen: [] };
  await using served = await servesUpstream(demands(desk));
  const route = opens(served.endpoint, folder.writes("key", "first-key"));
  const abort = new AbortController();
  const calling = call(route, abort.signal);
  abort.abort();
  expect(await calling).toEqual([]);
  expect(desk.seen).toEqual([]);
  await route.close();
});
