import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { STORY } from "../../src/simulator/answer/story.ts";
import { LANGUAGES } from "./built-clients.ts";
import { startGateway } from "./start-gateway.ts";
import { hashPrinted, startSummary } from "./summarise.ts";

/** SHA-256 of the text that every simulated model says. */
const STORY_SHA256 = createHash("sha256").update(STORY).digest("hex");

describe.each(LANGUAGES)("the %s example", (language) => {
  test("prints the answer, and its hash is the gateway's", async () => {
    const { address } = await startGateway();
    const { code, stdout, stderr } = await startSummary(language, { server: address }).ended;
    expect(stderr).toContain(`[served by primary; finish reason stop; sha256 ${STORY_SHA256}]`);
    expect(hashPrinted(stdout)).toBe(STORY_SHA256);
    expect(code).toBe(0);
  });

  test("shows a switch in the middle of the answer, and prints every byte once", async () => {
    const policy = { stall_timeout: "500ms" };
    const { address } = await startGateway({ primary: "stall=40", backup: "rate=300", policy });
    const { code, stdout, stderr } = await startSummary(language, { server: address }).ended;
    expect(stderr).toMatch(/\[primary stalled: backup continued at byte \d+\]/u);
    expect(stderr).toContain(`[served by primary, backup; finish reason stop; sha256 ${STORY_SHA256}]`);
    expect(hashPrinted(stdout)).toBe(STORY_SHA256);
    expect(code).toBe(0);
  });

  test("tells what was tried when every route is down", async () => {
    const policy = { max_attempts: 1 };
    const { address, simulator } = await startGateway({ primary: "status=503", policy });
    const { code, stdout, stderr } = await startSummary(language, { server: address }).ended;
    expect(stderr).toContain("error: UNAVAILABLE (ALL_ROUTES_FAILED): ");
    expect(stderr).toContain("\n  attempt 1 on primary: failed, upstream status 503\n");
    expect(stderr).toMatch(/\n {2}try again in \d+\.\d s\n {2}request \S+\n$/u);
    expect(stdout).toBe("");
    expect(code).toBe(75);
    // gRPC's own retries would have asked twice more, but for the pushback.
    expect(simulator.requests.length).toBe(1);
  });

  test("gives up at its deadline, with the gateway's report", async () => {
    const { address, simulator } = await startGateway({ primary: "rate=20" });
    const { code, stdout, stderr } = await startSummary(language, { server: address, timeoutS: 1.5 }).ended;
    expect(stderr).toContain("error: DEADLINE_EXCEEDED (DEADLINE_EXCEEDED): ");
    expect(stderr).toContain("\n  attempt 1 on primary: deadline exceeded, upstream status 200\n");
    expect(STORY.startsWith(stdout.trimEnd())).toBe(true);
    expect(code).toBe(75);
    await simulator.until(({ openCount }) => openCount === 0);
  });

  test("cancels the upstream at Ctrl-C", async () => {
    const { address, simulator } = await startGateway({ primary: "rate=20" });
    const summary = startSummary(language, { server: address });
    await summary.prints(/night ferry/u);
    summary.child.kill("SIGINT");
    const { code, stderr } = await summary.ended;
    expect(stderr).toContain("interrupted: the upstream was told to stop");
    expect(code).toBe(130);
    await simulator.until(({ openCount }) => openCount === 0);
    expect(simulator.requests.map(({ end }) => end.kind)).toEqual(["clientClosed"]);
  });

  test("resumes an answer that broke off", async () => {
    const policy = { stall_timeout: "500ms", switch: "never" };
    const { address, simulator } = await startGateway({ primary: "stall=40+times=1", policy });
    const { code, stdout, stderr } = await startSummary(language, { server: address }).ended;
    expect(stderr).toMatch(/\[the answer broke off after \d+ bytes; resuming\]/u);
    expect(stderr).toContain(`sha256 ${STORY_SHA256}]`);
    expect(hashPrinted(stdout)).toBe(STORY_SHA256);
    expect(code).toBe(0);
    expect(simulator.requests.length).toBe(2);
  });

  test("names a mistake in its request, which gRPC does not repeat", async () => {
    const { address } = await startGateway();
    const { code, stderr } = await startSummary(language, { server: address, workload: "sumaries" }).ended;
    expect(stderr).toContain("error: NOT_FOUND (WORKLOAD_NOT_FOUND): ");
    expect(code).toBe(1);
  });
});
