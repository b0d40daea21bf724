import { createHash } from "node:crypto";
import { expect, inject, test } from "vitest";
import { STORY } from "../../src/simulator/answer/story.ts";
import { type Gateway, startGateway } from "./start-gateway.ts";
import { type Program, startProgram } from "./start-program.ts";

/** Limits for calls that wait until one has passed. */
const STALLS = { policy: { stall_timeout: "500ms" } };

/** What the program says of a whole story. */
const WHOLE = measure(Buffer.from(STORY));

function measure(text: Buffer): object {
  return { bytes: text.length, sha256: createHash("sha256").update(text).digest("hex") };
}

function startClient({ address }: Gateway, way: string, flags: readonly string[] = []): Program {
  return startProgram(inject("clients").openaiPython, [address, way, ...flags]);
}

type Told = Readonly<Record<string, unknown>>;

/** Runs the program to its end, and returns what it was told. */
async function ask(gateway: Gateway, way: string, flags?: readonly string[]): Promise<Told> {
  const { code, stdout, stderr } = await startClient(gateway, way, flags).ended;
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

test.each(["stream", "whole"])("the Python SDK gets the text to the byte, with its usage (%s)", async (way) => {
  const gateway = await startGateway();
  expect(await ask(gateway, way)).toMatchObject({
    ...WHOLE,
    finish: "stop",
    tokens: expect.any(Number),
    ...(way === "whole" && { route: "primary" }),
  });
});

test("the Python SDK sees no seam where a stream switches, and each text has the model that it is of", async () => {
  const gateway = await startGateway({ primary: "stall=40", backup: "rate=3000", ...STALLS });
  const models = ["sim-claude+stall=40", "sim-claude+rate=3000"];
  expect(await ask(gateway, "stream")).toMatchObject({ ...WHOLE, models, finish: "stop" });
});

test.each(["tools", "streamed-tools"])("the Python SDK calls a tool and gives its result back (%s)", async (way) => {
  const gateway = await startGateway({ primary: "status=503", backup: "tool-call=0" });
  expect(await ask(gateway, way)).toEqual({
    finish: "tool_calls",
    calls: [{ name: "weather", city: expect.any(String) }],
    answer: { ...WHOLE, finish: "stop" },
  });
});

test("the Python SDK parses JSON by its schema although the primary breaks off", async () => {
  const gateway = await startGateway({ primary: "cut=3", backup: "rate=3000" });
  const trip = { city: expect.any(String), days: expect.any(Number), sight: expect.stringMatching(/^harbour$|^lig/u) };
  expect(await ask(gateway, "schema")).toEqual({ trip });
  expect(gateway.simulator.requests).toHaveLength(2);
});

test.each(["abort", "cancel"])("an abort of the Python SDK closes the upstream (%s)", async (way) => {
  const gateway = await startGateway({ primary: "rate=20" });
  const client = startClient(gateway, way);
  expect(JSON.parse(await client.prints(/.+(?=\n)/u))).toMatchObject({ aborted: true });
  await gateway.simulator.until(({ openCount }) => openCount === 0, 2_000);
  expect(gateway.simulator.requests.map(({ end }) => end.kind)).toEqual(["clientClosed"]);
  expect(client.child.exitCode).toBeNull();
});

interface Raised {
  readonly primary: string;
  readonly flags: readonly string[];
  readonly told: object;
}

const RAISED: readonly Raised[] = [
  {
    primary: "rate=300",
    flags: ["--model", "nobody"],
    told: { error: "NotFoundError", status: 404, code: "model_not_found" },
  },
  {
    primary: "rate=300",
    flags: ["--choices", "2"],
    told: { error: "BadRequestError", status: 400, code: "invalid_request", param: "n" },
  },
  {
    primary: "status=429+retry-after=60",
    flags: [],
    told: { error: "RateLimitError", status: 429, code: "rate_limit_exceeded" },
  },
  {
    primary: "status=401",
    flags: [],
    told: { error: "InternalServerError", status: 500, code: "route_misconfigured" },
  },
  {
    primary: "status=503",
    flags: [],
    told: { error: "InternalServerError", status: 503, code: "all_routes_failed" },
  },
  {
    primary: "rate=20",
    flags: ["--timeout-ms", "1000"],
    told: { error: "InternalServerError", status: 504, code: "deadline_exceeded" },
  },
];

test.each(RAISED)(
  "the Python SDK raises $told.error for $told.status, $told.code",
  async ({ primary, flags, told }) => {
    const gateway = await startGateway({ primary });
    expect(await ask(gateway, "whole", flags)).toMatchObject(told);
  },
);

test.each(["0", "2"])("a dead workload is asked once, with %s retries of the Python SDK", async (retries) => {
  const gateway = await startGateway({ primary: "status=503", policy: { max_attempts: 1 } });
  expect(await ask(gateway, "whole", ["--retries", retries])).toMatchObject({ status: 503, code: "all_routes_failed" });
  expect(gateway.simulator.requests).toHaveLength(1);
});

test.each([
  { retries: "0", told: { error: "RateLimitError" }, requestCount: 1 },
  { retries: "2", told: WHOLE, requestCount: 2 },
])("$retries retries of the Python SDK at a rate limit take $requestCount requests", async (expected) => {
  const gateway = await startGateway({ primary: "status=429+retry-after=2+times=1" });
  expect(await ask(gateway, "whole", ["--retries", expected.retries])).toMatchObject(expected.told);
  expect(gateway.simulator.requests).toHaveLength(expected.requestCount);
});

test.each(["0", "2"])("a stream that breaks off raises, and is not repeated by %s retries", async (retries) => {
  const gateway = await startGateway({ primary: "cut=40", policy: { switch: "never" } });
  const told = await ask(gateway, "stream", ["--retries", retries]);
  const bytes = Number(told["bytes"]);
  expect(bytes).toBeGreaterThan(0);
  expect(told).toMatchObject({ error: "APIError", ...measure(Buffer.from(STORY).subarray(0, bytes)) });
  expect(gateway.simulator.requests).toHaveLength(1);
});
