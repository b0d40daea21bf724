/** Joins the commands to the command line. */

import { createProgram } from "../cli/program.ts";
import { approve, revoke } from "./approve.ts";
import { check } from "./check.ts";
import { serve } from "./serve.ts";
import { showVendors } from "./show-vendors.ts";

/** Runs the command that the arguments name, and sets the exit code. */
export async function runProgram(args: readonly string[]): Promise<void> {
  try {
    process.exitCode = await createProgram({ serve, check, approve, revoke, vendors: showVendors }).run(args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
