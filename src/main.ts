/** Runs the command that the arguments name. */

import { createProgram } from "./cli/program.ts";
import { approve, revoke } from "./gateway/approve.ts";
import { check } from "./gateway/check.ts";
import { serve } from "./gateway/serve.ts";

try {
  process.exitCode = await createProgram({ serve, check, approve, revoke }).run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
