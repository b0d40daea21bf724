/** Another configuration for a server that runs: what changes, what stays, and what a wrong one does. */

import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { connect } from "node:tls";
import { create } from "@bufbuild/protobuf";
import { type Client, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { expect, test } from "vitest";
import { AdminService } from "../../gen/ts/understudy/v1/admin_service_pb.ts";
import { CompletionService } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { FinishReason, MessageSchema, Role } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { Availability_State as AvailabilityState, RouteService } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import { startSimulator } from "../../src/simulator/simulator.ts";
import { makeCertificate } from "../tools/make-certificate.ts";
import { type Ended, runProgram } from "./run-program.ts";
import { type Gateway, serveFile } from "./start-gateway.ts";

interface Config {
  readonly routes: Record<string, string>;
  readonly workloads: Record<string, string>;
  readonly others?: object;
}

interface Stage extends AsyncDisposable {
  readonly gateway: Gateway;
  readonly file: string;
  /** The clients of one caller. */
  as(key?: string): {
    readonly completion: Client<typeof CompletionService>;
    readonly routes: Client<typeof RouteService>;
    readonly admin: Client<typeof AdminService>;
  };
  /** Writes the configuration: models by route, routes by workload. */
  configure(config: Config): void;
  run(...args: readonly string[]): Promise<Ended>;
  /** Runs a command that reads the configuration itself. */
  runHere(...args: readonly string[]): Promise<Ended>;
  /** Resolves when the log has a line that matches. */
  logged(pattern: RegExp): Promise<void>;
}

async function startStage(config: Config): Promise<Stage> {
  const simulator = await startSimulator();
  const folder = mkdtempSync(join(tmpdir(), "understudy-reload-"));
  const file = join(folder, "understudy.yaml");
  const configure = ({ routes, workloads, others }: Config): void => {
    const sim = { platform: "compatible", dialect: "openai-chat", endpoint: `${simulator.url}/v1` };
    const document = {
      require_approval: "off",
      providers: { sim },
      routes: Object.fromEntries(
        Object.entries(routes).map(([name, model]) => [name, { provider: "sim", model, max_concurrency: 300 }]),
      ),
      workloads: Object.fromEntries(
        Object.entries(workloads).map(([name, route]) => {
          const [primary, ...backups] = route.split(" ");
          return [name, { primary, backups }];
        }),
      ),
      ...others,
    };
    writeFileSync(file, JSON.stringify(document, undefined, 1));
  };
  configure(config);
  const gateway = await serveFile(file);
  return {
    gateway,
    file,
    configure,
    as(key) {
      const transport = createGrpcTransport({
        baseUrl: gateway.url,
        interceptors: [
          (next) => (request) => {
            if (key !== undefined) request.header.set("x-api-key", key);
            return next(request);
          },
        ],
      });
      return {
        completion: createClient(CompletionService, transport),
        routes: createClient(RouteService, transport),
        admin: createClient(AdminService, transport),
      };
    },
    run: (...args) => runProgram([...args, "--server", gateway.url]).ended,
    runHere: (...args) => runProgram([...args, "--config", file], { USER: "mia" }).ended,
    async logged(pattern) {
      while (!pattern.test(gateway.printed.stderr)) {
        if (gateway.child.stderr === null) throw new Error("the gateway has no log");
        await once(gateway.child.stderr, "data");
      }
    },
    async [Symbol.asyncDispose]() {
      await gateway.stop();
      await simulator.close();
      rmSync(folder, { recursive: true });
    },
  };
}

const messages = [create(MessageSchema, { role: Role.USER, text: "Tell me about the ferry." })];

/** Says `max_output_tokens` tokens at this rate. */
const SLOW = "old+rate=25";

test("200 running streams keep their configuration, and routes that did not change keep their state", async () => {
  const before = {
    routes: { steady: SLOW, down: "down+status=503", off: "off+status=401", spare: "spare" },
    workloads: { steady: "steady", down: "down spare", off: "off spare", spare: "spare" },
  };
  await using stage = await startStage(before);
  const { completion, routes, admin } = stage.as();
  for (let call = 0; call < 3; call += 1) await completion.complete({ workload: "down", messages });
  await completion.complete({ workload: "off", messages });
  await routes.isolateRoute({ route: "spare", reason: "a drill" });

  let begun = 0;
  const allBegun = Promise.withResolvers<void>();
  const readers = Array.from({ length: 200 }, async () => {
    let text = "";
    for await (const { event } of completion.streamComplete({ workload: "steady", messages, maxOutputTokens: 60 })) {
      if (event.case === "textDelta") {
        if (text === "" && ++begun === 200) allBegun.resolve();
        text += event.value.text;
      }
      if (event.case === "completed") return { text, completed: event.value };
    }
    throw new Error("a stream ended without its terminal");
  });
  await Promise.race([allBegun.promise, Promise.all(readers)]);

  stage.configure({
    ...before,
    routes: { ...before.routes, steady: "new" },
    workloads: { ...before.workloads, more: "spare" },
  });
  const { changes, generation, restartNeeded } = await admin.reloadConfiguration({});
  expect({ changes, generation, restartNeeded }).toEqual({
    changes: ["route steady: changed", "workload more: added"],
    generation: 2n,
    restartNeeded: [],
  });

  const now = await completion.complete({ workload: "steady", messages });
  expect(now.completed?.servedBy).toMatchObject([{ route: "steady", model: "new" }]);
  const { routes: listed } = await routes.listRoutes({});
  expect(listed.map(({ name, availability }) => [name, availability?.state])).toEqual([
    ["down", AvailabilityState.OPEN],
    ["off", AvailabilityState.DISABLED],
    ["spare", AvailabilityState.ISOLATED],
    ["steady", AvailabilityState.AVAILABLE],
  ]);

  const told = await Promise.all(readers);
  expect(new Set(told.map(({ text }) => text)).size).toBe(1);
  expect(told.map(({ completed }) => completed.servedBy.map(({ model }) => model))).toEqual(
    Array.from(told, () => ["old"]),
  );
  expect(told.map(({ completed }) => completed.finishReason)).toEqual(Array.from(told, () => FinishReason.LENGTH));
  expect(told.map(({ text, completed }) => Buffer.byteLength(text) === Number(completed.textBytes))).not.toContain(
    false,
  );
});

const WELL: Config = { routes: { a: "a" }, workloads: { w: "a" } };

test.each([
  ["is not YAML", "providers: {", /understudy\.yaml:\d+:\d+: /],
  ["names a route that is not there", undefined, /understudy\.yaml:\d+:\d+: .*route "b" is not configured/],
])("a configuration that %s changes nothing and says where it is wrong", async (_, text, place) => {
  await using stage = await startStage(WELL);
  if (text === undefined) stage.configure({ ...WELL, workloads: { w: "b" } });
  else writeFileSync(stage.file, text);

  const { code, stderr, stdout } = await stage.run("reload");
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain("CONFIGURATION_INVALID: the new configuration cannot be used; the one before stays");
  expect(stderr).toMatch(place);
  const { completed } = await stage.as().completion.complete({ workload: "w", messages });
  expect(completed?.servedBy).toMatchObject([{ route: "a" }]);

  stage.configure({ ...WELL, workloads: { w: "a", v: "a" } });
  expect((await stage.run("reload")).stdout).toMatch(
    /^(workload v: added|nothing changed)\nconfiguration 2 is in force; it was loaded at .+Z\n$/,
  );
});

test("a changed file is taken up by itself, and a wrong one goes into the log", async () => {
  await using stage = await startStage(WELL);
  stage.configure({ ...WELL, workloads: { w: "a", v: "a" } });
  await stage.logged(/"act":"reload","what":\["workload v: added"\]/);
  stage.configure({ ...WELL, workloads: { w: "nothing" } });
  await stage.logged(/"problems":\["[^"]*understudy\.yaml:\d+:\d+: workloads\.w\.primary: /);
  await stage.as().completion.complete({ workload: "v", messages });
});

test("what a refused configuration lacked may come later, in a file that only it names", async () => {
  await using stage = await startStage(WELL);
  const key = join(dirname(stage.file), "key");
  const endpoint = "http://127.0.0.1:1/v1";
  const other = { platform: "compatible", dialect: "openai-chat", endpoint, api_key_file: key };
  const document = JSON.parse(readFileSync(stage.file, "utf8"));
  writeFileSync(stage.file, JSON.stringify({ ...document, providers: { ...document.providers, other } }));
  await stage.logged(/"problems":\["[^"]*providers\.other\.api_key_file: /);
  writeFileSync(key, "a-key-that-came-late");
  await stage.logged(/"what":\["provider other: added"\]/);
  await stage.logged(/the configuration can be used again/);
  expect(stage.gateway.printed.stderr.match(/cannot be used/g)).toHaveLength(1);
});

test("SIGHUP during the start does not end the server", async () => {
  const folder = mkdtempSync(join(tmpdir(), "understudy-start-"));
  const hook = join(folder, "hook.mjs");
  // The signal comes when the product's modules begin to load.
  writeFileSync(
    hook,
    `import { registerHooks } from "node:module";
    registerHooks({ load(url, context, next) {
      if (url.endsWith("/src/cli/program.ts")) process.kill(process.pid, "SIGHUP");
      return next(url, context);
    } });`,
  );
  const env = { NODE_OPTIONS: `--import ${hook}` };
  const { ended, child, printed } = runProgram(["serve", "--listen", "127.0.0.1:0"], env);
  try {
    while (!printed.stdout.includes("listening on")) {
      if (child.stdout === null || child.signalCode !== null) throw new Error(`it ended by ${child.signalCode}`);
      await Promise.race([once(child.stdout, "data"), ended]);
    }
  } finally {
    child.kill();
    await ended;
    rmSync(folder, { recursive: true });
  }
});

test("SIGHUP loads the configuration anew", async () => {
  await using stage = await startStage(WELL);
  stage.configure({ ...WELL, workloads: { w: "a", v: "a" } });
  stage.gateway.child.kill("SIGHUP");
  await stage.logged(/"act":"reload"/);
  await stage.as().completion.complete({ workload: "v", messages });
  expect(stage.gateway.child.exitCode).toBeNull();
});

test("limits, origins and callers are those of the new configuration at once", async () => {
  const callers = {
    app: { api_key: "key-of-the-app-0001" },
    batch: { api_key: "key-of-the-batch-01", workloads: ["w"] },
  };
  await using stage = await startStage({ ...WELL, others: { callers } });
  const { completion, admin } = stage.as("key-of-the-app-0001");
  await completion.complete({ workload: "w", messages });
  await expect(stage.as("key-of-the-batch-01").admin.reloadConfiguration({})).rejects.toThrow(
    /permission_denied.*limited/,
  );

  const server = { max_request_bytes: 2_048, cors_origins: ["https://app.example"] };
  const renewed = { app: { api_key: "key-of-the-app-0002" } };
  stage.configure({ ...WELL, others: { callers: renewed, server } });
  const { changes } = await admin.reloadConfiguration({});
  expect(changes).toEqual([
    "caller app: changed",
    "caller batch: removed",
    "server.cors_origins: changed",
    "server.max_request_bytes: changed",
  ]);
  await expect(completion.complete({ workload: "w", messages })).rejects.toThrow("unauthenticated");
  const { completion: again } = stage.as("key-of-the-app-0002");
  await again.complete({ workload: "w", messages });
  const large = [create(MessageSchema, { role: Role.USER, text: "x".repeat(4_096) })];
  await expect(again.complete({ workload: "w", messages: large })).rejects.toThrow(
    /resource_exhausted.*max_request_bytes/,
  );
  const response = await fetch(`${stage.gateway.url}/healthz`, { headers: { origin: "https://app.example" } });
  expect(response.headers.get("access-control-allow-origin")).toBe("https://app.example");
});

test("a watch goes on over a reload, but not over a change of what callers may see", async () => {
  const callers = { app: { api_key: "key-of-the-app-0001" }, other: { api_key: "key-of-another-01" } };
  await using stage = await startStage({ ...WELL, others: { callers } });
  const { routes, admin } = stage.as("key-of-the-app-0001");
  const watch = routes.watchRoutes({})[Symbol.asyncIterator]();
  await watch.next();
  stage.configure({ routes: { a: "a", b: "b" }, workloads: WELL.workloads, others: { callers } });
  await admin.reloadConfiguration({});
  const { value } = await watch.next();
  expect(value?.routes.map(({ name }: { name: string }) => name)).toEqual(["b"]);

  stage.configure({ routes: { a: "a", b: "b" }, workloads: WELL.workloads, others: { callers: { app: callers.app } } });
  await admin.reloadConfiguration({});
  await expect(watch.next()).rejects.toThrow(/unauthenticated.*watch again/);
});

test("what is read once says that it needs a restart", async () => {
  await using stage = await startStage(WELL);
  const server = { listen: "127.0.0.1:1", max_streams_per_connection: 7 };
  stage.configure({ ...WELL, others: { server } });
  const { admin } = stage.as();
  const pending = {
    changes: [],
    restartNeeded: ["server.listen", "server.max_streams_per_connection"],
    generation: 1n,
  };
  expect(await admin.reloadConfiguration({})).toMatchObject(pending);
  expect(await admin.reloadConfiguration({})).toMatchObject(pending);
  stage.configure(WELL);
  expect(await admin.reloadConfiguration({})).toMatchObject({ changes: [], restartNeeded: [] });
});

test("a caller's running calls count on under the next configuration", async () => {
  const callers = { app: { api_key: "key-of-the-app-0001", max_concurrency: 1 } };
  const config: Config = { routes: { a: SLOW }, workloads: { w: "a" }, others: { callers } };
  await using stage = await startStage(config);
  const { completion } = stage.as("key-of-the-app-0001");
  const leave = new AbortController();
  const running = completion.streamComplete({ workload: "w", messages }, { signal: leave.signal });
  const events = running[Symbol.asyncIterator]();
  await events.next();
  stage.configure({ ...config, workloads: { w: "a", v: "a" } });
  await stage.logged(/"act":"reload"/);
  await expect(completion.complete({ workload: "v", messages })).rejects.toThrow("max_concurrency");
  leave.abort();
  await expect(events.next().then(() => events.next())).rejects.toThrow("canceled");
});

test("an approval is taken up while the server runs, and one that is taken back too", async () => {
  const config: Config = {
    routes: { a: "a+status=404", b: "b" },
    workloads: { w: "a b" },
    others: { require_approval: "enforce" },
  };
  await using stage = await startStage(config);
  const { completion } = stage.as();
  await expect(completion.complete({ workload: "w", messages })).rejects.toThrow("nobody has approved it");
  const approval = ["--override", "--reason", "a drill", "--expires", "1d"];
  expect((await stage.runHere("approve", "w", "b", ...approval)).code).toBe(0);
  await stage.logged(/"what":\["approval of b for w: added"\]/);
  const { completed } = await completion.complete({ workload: "w", messages });
  expect(completed?.servedBy).toMatchObject([{ route: "b" }]);
  expect((await stage.runHere("revoke", "w", "b")).code).toBe(0);
  await stage.logged(/"what":\["approval of b for w: removed"\]/);
  await expect(completion.complete({ workload: "w", messages })).rejects.toThrow("nobody has approved it");
});

test("a renewed certificate is shown to new connections, and one that cannot be used is refused", async () => {
  const folder = mkdtempSync(join(tmpdir(), "understudy-certificate-"));
  const tls = makeCertificate(folder);
  await using stage = await startStage({ ...WELL, others: { server: { tls } } });
  const first = await fingerprintOf(stage.gateway.url);
  makeCertificate(folder);
  await stage.logged(/"what":\["server.tls: certificate renewed"\]/);
  expect(await fingerprintOf(stage.gateway.url)).not.toBe(first);
  writeFileSync(tls.key_file, "no key");
  await stage.logged(/server\.tls: the certificate and the key cannot be used together/);
  expect(await fingerprintOf(stage.gateway.url)).not.toBe("");
  rmSync(folder, { recursive: true });
});

/** The certificate that a new connection is shown. */
async function fingerprintOf(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false });
  await once(socket, "secureConnect");
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}
