import { expect, test } from "vitest";
import { showVendors } from "../../src/gateway/show-vendors.ts";
import { VENDORS } from "../../src/vendor/find-vendor.ts";
import { recordTerminal } from "../cli/record-terminal.ts";

async function shows(options: Parameters<typeof showVendors>[0]) {
  const terminal = recordTerminal();
  const code = await showVendors(options, terminal);
  return { code, out: terminal.stdout(), err: terminal.stderr() };
}

test("lists every vendor with its endpoint and what is left out for it", async () => {
  const { code, out } = await shows({});
  expect(code).toBe(0);
  const lines = out.trimEnd().split("\n");
  expect(lines).toHaveLength(1 + VENDORS.length);
  expect(lines.find((line) => line.startsWith("groq "))).toMatch(
    /openai-chat +https:\/\/api\.groq\.com\/openai\/v1 +frequency_penalty, presence_penalty/,
  );
});

test("tells all of one vendor, with its source", async () => {
  const { out } = await shows({ platform: "zai" });
  expect(out).toMatch(/^source +https:\/\/docs\.z\.ai/m);
  expect(out).toMatch(/^temperature +0 to 1$/m);
  expect(out).toMatch(/^stop sequences +1, the others are matched by the gateway$/m);
});

test("shows JSON, one vendor a line", async () => {
  const { out } = await shows({ json: true });
  const vendors = out
    .trimEnd()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
  expect(vendors).toHaveLength(VENDORS.length);
  expect(vendors).toContainEqual(
    expect.objectContaining({ platform: "mistral", endpoint: "https://api.mistral.ai/v1" }),
  );
});

test("names the platforms that there are when one is not known", async () => {
  const { code, out, err } = await shows({ platform: "grok" });
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toMatch(/^grok is not a known platform; use one of alibaba, .*xai/);
});
