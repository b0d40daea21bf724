import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { Availability_State, BreakerState, type RouteSchema } from "../../../gen/ts/understudy/v1/route_service_pb.ts";
import { serveScript } from "../serve-script.ts";
import { runUnderstudy, startUnderstudy } from "../start-understudy.ts";

type RouteInit = MessageInitShape<typeof RouteSchema>;

function available(name: string, inFlightCount = 0): RouteInit {
  return {
    name,
    model: "claude-sonnet-5",
    availability: {
      state: Availability_State.AVAILABLE,
      breakerState: BreakerState.CLOSED,
      since: timestampFromMs(Date.now()),
      inFlightCount,
      maxConcurrency: 64,
    },
  };
}

function open(name: string): RouteInit {
  return {
    name,
    model: "claude-sonnet-5",
    availability: {
      state: Availability_State.OPEN,
      breakerState: BreakerState.OPEN,
      until: timestampFromMs(Date.UTC(2100, 0)),
      cause: "3 failures in a row",
      maxConcurrency: 64,
    },
  };
}

test("shows the routes of every page as a table", async () => {
  await using server = await serveScript(
    {},
    {
      listRoutes: ({ pageToken }) =>
        pageToken === ""
          ? { routes: [available("claude-direct", 3)], nextPageToken: "more" }
          : { routes: [open("claude-on-azure")] },
    },
  );
  const { code, stdout } = await runUnderstudy(["routes", "-s", server.url]);
  expect(code).toBe(0);
  expect(stdout.trimEnd().split("\n")).toEqual([
    expect.stringMatching(/^ROUTE +MODEL +AVAILABILITY +BREAKER +IN FLIGHT +SINCE +UNTIL +CAUSE$/u),
    expect.stringMatching(/^claude-direct +claude-sonnet-5 +available +closed +3\/64 +\d.* ago +- +-$/u),
    expect.stringMatching(/^claude-on-azure +claude-sonnet-5 +open +open +0\/64 +- +in \d+ h .* 3 failures in a row$/u),
  ]);
});

test("shows the routes as JSON, one a line", async () => {
  await using server = await serveScript({}, { listRoutes: () => ({ routes: [available("one"), open("two")] }) });
  const { stdout } = await runUnderstudy(["routes", "--json"], { env: { UNDERSTUDY_SERVER: server.url } });
  expect(
    stdout
      .trimEnd()
      .split("\n")
      .map((line): unknown => JSON.parse(line)),
  ).toMatchObject([
    { name: "one", availability: { state: "STATE_AVAILABLE" } },
    { name: "two", availability: { state: "STATE_OPEN", cause: "3 failures in a row" } },
  ]);
});

test("shows one line per change when piped, and ends on Ctrl-C", async () => {
  await using server = await serveScript(
    {},
    {
      async *watchRoutes(_, { signal }) {
        const ended = new Promise((resolve) => signal.addEventListener("abort", resolve));
        yield { routes: [available("one"), available("two")] };
        yield { routes: [available("one", 5)] };
        yield { routes: [open("two")] };
        await ended;
      },
    },
  );
  const { child, shows, ended } = startUnderstudy(["routes", "--watch", "-s", server.url]);
  await shows("3 failures in a row");
  child.kill("SIGINT");
  const { code, stdout } = await ended;
  expect(code).toBe(130);
  expect(
    stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.replace(/^\S+Z /u, "")),
  ).toEqual([
    "one: available, breaker closed",
    "two: available, breaker closed",
    "two: open, breaker open, until 2100-01-01T00:00:00.000Z: 3 failures in a row",
  ]);
});

test("fails when the server stops while routes are watched", async () => {
  await using server = await serveScript(
    {},
    {
      async *watchRoutes() {
        yield { routes: [available("one")] };
        throw new ConnectError("the gateway is about to stop", Code.Unavailable);
      },
    },
  );
  const { code, stderr } = await runUnderstudy(["routes", "--watch", "--json", "-s", server.url]);
  expect(code).toBe(1);
  expect(JSON.parse(stderr)).toEqual({ code: "UNAVAILABLE", message: "the gateway is about to stop" });
});
