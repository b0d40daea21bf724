/** Finds the prompt: the argument, or what is piped in. */

import { UsageFault } from "../exit-code.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** Largest prompt that is read, in bytes: no server takes a larger request. */
const maxPromptBytes = 16 * 1024 * 1024;

/** Returns the prompt. `-`, or none where something is piped in, means standard input up to its end. */
export async function readPrompt(
  argument: string | undefined,
  input: Terminal["input"],
  signal: AbortSignal,
): Promise<string> {
  if (argument === undefined && input.isTTY) {
    throw new UsageFault('a prompt is missing: give it as "…", or pipe it in');
  }
  const prompt = argument === undefined || argument === "-" ? await readAll(input, signal) : argument;
  if (prompt.trim() === "") throw new UsageFault("the prompt is empty");
  return prompt;
}

async function readAll(input: Terminal["input"], signal: AbortSignal): Promise<string> {
  const stop = (): void => void input.destroy();
  signal.addEventListener("abort", stop, { once: true });
  try {
    const chunks: Uint8Array[] = [];
    let byteCount = 0;
    for await (const chunk of input as AsyncIterable<Uint8Array>) {
      byteCount += chunk.byteLength;
      if (byteCount > maxPromptBytes) throw new UsageFault(`the prompt is longer than ${maxPromptBytes} bytes`);
      chunks.push(chunk);
    }
    return decode(Buffer.concat(chunks));
  } finally {
    signal.removeEventListener("abort", stop);
    input.destroy();
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new UsageFault("the prompt is not UTF-8 text");
  }
}
