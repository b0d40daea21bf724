/** Nothing that can answer calls was reached. */

/** What the usual codes mean. */
const meanings: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "the connection was reset",
  ENOTFOUND: "the name is not known",
  EAI_AGAIN: "the name could not be looked up",
  ETIMEDOUT: "the connection timed out",
  EHOSTUNREACH: "the host cannot be reached",
  ENETUNREACH: "the network cannot be reached",
  ERR_HTTP2_ERROR: "what listens there does not speak HTTP/2",
};

/** Deepest chain of causes that is looked through. */
const maxCauseDepth = 8;

export class ServerUnreachable extends Error {
  constructor(url: string, cause: string) {
    super(`cannot reach a server at ${url}: ${cause}`);
    this.name = "ServerUnreachable";
  }

  /** Creates the error from what the connection ended with. */
  static because(url: string, error: unknown): ServerUnreachable {
    const code = findCode(error);
    const message = error instanceof Error ? error.message : String(error);
    return new ServerUnreachable(url, code === undefined ? message : (meanings[code] ?? `${message} (${code})`));
  }

  /** Finds out whether a call failed because of this; undefined if a server answered it. */
  static findIn(url: string, error: unknown): ServerUnreachable | undefined {
    const unreachable = causes(error).find((cause) => cause instanceof ServerUnreachable);
    return unreachable ?? (findCode(error) === "ERR_HTTP2_ERROR" ? ServerUnreachable.because(url, error) : undefined);
  }
}

/** The system's code of an error or of its causes. */
function findCode(error: unknown): string | undefined {
  for (const cause of causes(error)) if ("code" in cause && typeof cause.code === "string") return cause.code;
  return undefined;
}

function causes(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let link = error; link instanceof Error && chain.length < maxCauseDepth; link = link.cause) chain.push(link);
  return chain;
}
