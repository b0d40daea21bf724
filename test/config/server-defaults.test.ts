import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ConfigSchema } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { parseListen } from "../../src/config/parse-listen.ts";
import { serverSettings } from "../../src/config/server-defaults.ts";

test("fills what the configuration does not say", () => {
  const memory = { heapBytes: 1_000_000_000, containerBytes: 2_000_000_000 };
  expect(serverSettings(create(ConfigSchema), memory)).toEqual({
    listen: { host: "127.0.0.1", port: 8080 },
    tls: undefined,
    corsOrigins: [],
    allowedHosts: [],
    maxRequestBytes: 16_777_216,
    maxBufferedBytes: 400_000_000,
    maxConcurrentCalls: 4000,
    maxStreamsPerConnection: 1000,
    drainTimeoutMs: 120_000,
    lameDuckMs: 0,
    clientStallTimeoutMs: 60_000,
    maxTotalTimeoutMs: 3_600_000,
  });
});

test("takes what the configuration says, 0 included", () => {
  const server = {
    listen: "[::1]:0",
    tls: { certFile: "a", keyFile: "b" },
    maxBufferedBytes: 1n,
    drainTimeout: { seconds: 0n, nanos: 0 },
    lameDuck: { seconds: 1n, nanos: 500_000_000 },
  };
  expect(serverSettings(create(ConfigSchema, { server }))).toMatchObject({
    listen: { host: "::1", port: 0 },
    tls: { certFile: "a", keyFile: "b" },
    maxBufferedBytes: 1,
    drainTimeoutMs: 0,
    lameDuckMs: 1500,
  });
});

test.each([
  ["127.0.0.1:8080", { host: "127.0.0.1", port: 8080 }],
  ["localhost:0", { host: "localhost", port: 0 }],
  ["[::1]:65535", { host: "::1", port: 65_535 }],
  ["0.0.0.0:80", { host: "0.0.0.0", port: 80 }],
  [":8080", undefined],
  ["8080", undefined],
  ["::1:8080", undefined],
  ["[1.2.3.4]:1", undefined],
  ["1.2.3:1", undefined],
  ["127.0.0.1:65536", undefined],
  ["127.0.0.1:-1", undefined],
  ["127.0.0.1:8080 ", undefined],
  ["http://127.0.0.1:8080", undefined],
])("reads the address %s", (text, address) => {
  expect(parseListen(text)).toEqual(address);
});
