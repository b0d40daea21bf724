import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished, test } from "vitest";
import { watchFiles } from "../../src/gateway/watch-files.ts";

test("the first look at a file tells, since it may have changed after it was read", async () => {
  const folder = mkdtempSync(join(tmpdir(), "understudy-watch-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "understudy.yaml");
  writeFileSync(file, "as it is");
  const { promise: changed, resolve } = Promise.withResolvers<void>();
  const files = watchFiles(resolve);
  onTestFinished(() => files.close());

  files.lookAt([file]);
  await changed;
});
