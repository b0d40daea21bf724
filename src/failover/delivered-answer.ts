/** The answer as the client has it: everything that was delivered, by whichever attempt. */

import { createHash } from "node:crypto";

/** What was delivered so far. It only grows. */
export class Answer {
  #text = "";
  #bytes = 0;
  #toolCalls = 0;
  readonly #resumedBytes: number;

  /** `resumedText` is what an earlier call delivered: a part of the answer, not delivered again. */
  constructor(resumedText: string) {
    this.#resumedBytes = this.addText(resumedText);
  }

  get text(): string {
    return this.#text;
  }

  /** Length of the text in UTF-8 bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  get toolCalls(): number {
    return this.#toolCalls;
  }

  /** Whether this call delivered anything of the answer. */
  get delivered(): boolean {
    return this.#bytes > this.#resumedBytes || this.#toolCalls > 0;
  }

  /** Adds delivered text. Returns its length in bytes. */
  addText(text: string): number {
    const bytes = Buffer.byteLength(text);
    this.#text += text;
    this.#bytes += bytes;
    return bytes;
  }

  addToolCall(): void {
    this.#toolCalls++;
  }

  /** SHA-256 of the whole text in hexadecimal. Hashing once costs less than hashing each delta. */
  digest(): string {
    return createHash("sha256").update(this.#text).digest("hex");
  }
}
