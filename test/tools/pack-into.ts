/** Packs a folder of the repository as it would be published. */

import { join, resolve } from "node:path";
import { runTool } from "./run-tool.ts";

const root = resolve(import.meta.dirname, "../..");

/** Builds and packs `packed`, a folder named from the root, and resolves with the path of the tarball in `folder`. */
export async function packInto(folder: string, packed: string): Promise<string> {
  const { stdout } = await runTool(root, "npm", "pack", packed, "--pack-destination", folder, "--loglevel", "error");
  return join(folder, stdout.trim().split("\n").at(-1) ?? "");
}
