/** Proves that the text that arrived is the text that the server delivered. */

import { createHash } from "node:crypto";
import type { Completed } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";

export interface AnswerCheck {
  /** Adds the next piece of the text. */
  add(text: string): void;
  /** Fails with `AnswerDamaged` unless length and SHA-256 are those of `completed`, and if `completed` is missing. */
  verify(completed: Completed | undefined): void;
}

export class AnswerDamaged extends Error {
  constructor(message: string) {
    super(message);
    this.name = "AnswerDamaged";
  }
}

/** Creates the check of one answer. */
export function createAnswerCheck(): AnswerCheck {
  const hash = createHash("sha256");
  let byteCount = 0;
  return {
    add(text) {
      hash.update(text, "utf8");
      byteCount += Buffer.byteLength(text, "utf8");
    },
    verify(completed) {
      if (completed === undefined) throw new AnswerDamaged("the answer is not whole: the stream ended without its end");
      const { textBytes, textSha256 } = completed;
      if (textBytes !== BigInt(byteCount)) {
        throw new AnswerDamaged(`the answer is damaged: ${byteCount} bytes arrived, the server delivered ${textBytes}`);
      }
      if (hash.digest("hex") !== textSha256) {
        throw new AnswerDamaged("the answer is damaged: its SHA-256 is not the one that the server sent");
      }
    },
  };
}
