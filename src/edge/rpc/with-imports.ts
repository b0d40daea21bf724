/** Adds to files of descriptors what they import. */

import type { DescFile } from "@bufbuild/protobuf";

/** Returns the files and all that they import, each once. */
export function withImports(files: readonly DescFile[]): DescFile[] {
  const seen = new Set<DescFile>();
  const add = (file: DescFile): void => {
    if (seen.has(file)) return;
    seen.add(file);
    file.dependencies.forEach(add);
  };
  files.forEach(add);
  return [...seen];
}
