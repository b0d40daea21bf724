import { expect, test } from "vitest";
import { parseServerUrl } from "../../src/cli/shared-options.ts";

test.each([
  ["", "http://127.0.0.1:8080"],
  ["localhost:9000", "http://localhost:9000"],
  ["https://gateway.example/", "https://gateway.example"],
  ["http://[::1]:8080", "http://[::1]:8080"],
])("reads the server %o as %s", (text, url) => {
  expect(parseServerUrl(text)).toBe(url);
});

test.each(["ftp://x", "http://x/path", "http://user@x", "http://", "http://x?y"])(
  "does not take %o for a server",
  (text) => {
    expect(() => parseServerUrl(text)).toThrow("http://HOST:PORT");
  },
);
