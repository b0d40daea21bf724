import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect as connectTcp } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { expect, onTestFinished, test } from "vitest";

import { CompletionService } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import { curlJson } from "../run-curl.ts";
import { startEdge } from "../start-edge.ts";

/** Makes a certificate for 127.0.0.1 that nobody trusts. */
function makeCertificate(): { cert: Buffer; key: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), "understudy-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  execFileSync("openssl", ["req", ...kind, ...subject, "-keyout", key, "-out", cert], { stdio: "ignore" });
  return { cert: readFileSync(cert), key: readFileSync(key) };
}

test.each([
  ["HTTP/1.1", "--http1.1"],
  ["HTTP/2", "--http2"],
])("one TLS port speaks %s, as the client asks", async (version, flag) => {
  const { url } = await startEdge({ tls: makeCertificate() });
  const { status, text } = await curlJson(url, "CompletionService/Complete", "{}", "--insecure", flag);
  expect(status).toBe(200);
  expect(text.startsWith(version === "HTTP/2" ? "HTTP/2 " : "HTTP/1.1 ")).toBe(true);
});

test("gRPC streams over TLS, and the drain ends its connection", async () => {
  const tls = makeCertificate();
  const { url, edge } = await startEdge({ tls });
  const transport = createGrpcTransport({ baseUrl: url, nodeOptions: { ca: tls.cert } });
  const kinds: (string | undefined)[] = [];
  for await (const { event } of createClient(CompletionService, transport).streamComplete({})) kinds.push(event.case);
  expect(kinds).toEqual(["started", "textDelta", "textDelta", "textDelta", "textDelta", "completed"]);
  await edge.drain({ lameDuckMs: 0, drainTimeoutMs: 10_000 });
});

test("a client that never begins the handshake is cut off", async () => {
  const { port } = await startEdge({ tls: makeCertificate(), limits: { headerTimeoutMs: 100 } });
  const socket = connectTcp(port, "127.0.0.1");
  socket.on("error", () => {});
  socket.resume();
  await new Promise((resolve) => {
    socket.on("close", resolve);
  });
});
