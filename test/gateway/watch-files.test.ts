import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished, test } from "vitest";
import { watchFiles } from "../../src/gateway/watch-files.ts";

test("a change between the reading of a file and the first look at it is noticed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "understudy-watch-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "understudy.yaml");
  writeFileSync(file, "before");
  const { promise: changed, resolve } = Promise.withResolvers<void>();
  const files = watchFiles(resolve);
  onTestFinished(() => files.close());

  files.lookAt([file]);
  writeFileSync(file, "after");
  utimesSync(file, new Date(Date.now() + 1_000), new Date()); // somebody read it
  await changed;
});
