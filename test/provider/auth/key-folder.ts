/** A folder with key files, gone with the test. */

import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export class KeyFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "understudy-keys-"));

  /** Path of a file in the folder. */
  at(name: string): string {
    return join(this.path, name);
  }

  /** Writes a file, and gives its path. */
  writes(name: string, text: string | Uint8Array): string {
    writeFileSync(this.at(name), text);
    return this.at(name);
  }

  /** Points a symbolic link to another file at one stroke, as a mounted secret is swapped. */
  links(name: string, target: string): string {
    symlinkSync(target, this.at(`${name}.new`));
    renameSync(this.at(`${name}.new`), this.at(name));
    return this.at(name);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}
