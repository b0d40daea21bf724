/** Where the clients were built for this test run. */

declare module "vitest" {
  export interface ProvidedContext {
    readonly clients: BuiltClients;
  }
}

/** Commands that the tests run; each takes the arguments of its program. */
export interface BuiltClients {
  /** The example of each language. */
  readonly examples: Readonly<Record<Language, Command>>;
  /** A program on connect-go. */
  readonly connectGo: Command;
  /** A program on `grpc.aio`. */
  readonly asyncio: Command;
  /** A program on OpenAI's SDK for Python. */
  readonly openaiPython: Command;
  /** mypy with the Python client installed. */
  readonly mypy: Command;
}

/** The languages that have an example. */
export const LANGUAGES = ["typescript", "go", "python"] as const;

export type Language = (typeof LANGUAGES)[number];

/** A program and the arguments that always come first. */
export type Command = readonly [program: string, ...args: string[]];
