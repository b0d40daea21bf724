/** A key in a file, which is read again when it changes. */

import type { BigIntStats } from "node:fs";
import { stat } from "node:fs/promises";
import { readKeyFile } from "../../config/read-key-file.ts";
import type { AuthKind } from "../../vendor/vendor.ts";
import type { Authorization, Credential } from "./credential.ts";
import { makeKeyHeaders } from "./key-headers.ts";

/** Shortest time between two looks at the file, in milliseconds. */
const LOOK_INTERVAL_MS = 1000;

/** Where the key is and how it is sent. */
export interface KeyFilePlace {
  /** For messages. */
  readonly providerName: string;
  readonly path: string;
  readonly auth: AuthKind;
}

/**
 * A credential of one file. Requests in the second after a look use the key at once; the next one waits for another
 * look, as do those that come meanwhile. A file that cannot be used any more leaves the last key in use.
 */
export class KeyFile implements Credential {
  readonly #place: KeyFilePlace;
  #latest: Authorization | undefined;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #look: Promise<Authorization> | undefined;
  /** Tells versions of the file apart; empty if the file is to be read whatever it is. */
  #version = "";

  constructor(place: KeyFilePlace) {
    this.#place = place;
  }

  authorize(): Authorization | Promise<Authorization> {
    const isRecent = performance.now() - this.#lookedAtMs < LOOK_INTERVAL_MS;
    // A look that takes longer hangs: nobody waits for it any more who can go on with the last key.
    if (this.#look !== undefined) return isRecent ? this.#look : (this.#latest ?? this.#look);
    if (this.#latest !== undefined && isRecent) return this.#latest;
    this.#lookedAtMs = performance.now();
    const look = this.#lookAgain().finally(() => {
      if (this.#look === look) this.#look = undefined;
    });
    this.#look = look;
    return look;
  }

  invalidate(): void {
    this.#version = "";
    this.#lookedAtMs = Number.NEGATIVE_INFINITY;
    // What is being read may be the key that was refused.
    this.#look = undefined;
  }

  async #lookAgain(): Promise<Authorization> {
    // Awaited, as the file may lie on a disk that hangs. Follows links: a mounted secret is a link that is swapped.
    const version = await stat(this.#place.path, { bigint: true }).then(versionOf, () => "");
    if (this.#latest !== undefined && version !== "" && version === this.#version) return this.#latest;
    const latest = this.#read(version);
    this.#latest = latest;
    return latest;
  }

  #read(version: string): Authorization {
    const { providerName, path, auth } = this.#place;
    const content = readKeyFile(path);
    if (content.kind === "key") {
      this.#version = version;
      return { kind: "authorized", headers: makeKeyHeaders(auth, content.key) };
    }
    if (this.#latest?.kind === "authorized") return this.#latest;
    return { kind: "failed", message: `the key file of provider ${providerName} ${content.message}` };
  }
}

function versionOf({ ino, size, mtimeNs }: BigIntStats): string {
  return `${ino} ${size} ${mtimeNs}`;
}
