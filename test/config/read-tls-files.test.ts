import { expect, test } from "vitest";
import { readTlsFiles } from "../../src/config/read-tls-files.ts";
import { load, USUAL } from "./usual-config.ts";

test("a certificate that is not there is named with its line and the mend", () => {
  const loaded = load(`${USUAL}server:\n  tls: { cert_file: /nowhere/cert.pem, key_file: /nowhere/key.pem }\n`);
  expect(() => readTlsFiles(loaded)).toThrow(
    /^understudy\.yaml:\d+:\d+: server\.tls\.cert_file: the file cannot be read \(ENOENT\); check its path/u,
  );
});

test("a cleartext port has none", () => {
  expect(readTlsFiles(load(USUAL))).toBeUndefined();
});
