/** Runs a command that talks to a server: connects, cancels on Ctrl-C, and says what went wrong. */

import { ConnectError } from "@connectrpc/connect";
import { ExitCode, UsageFault } from "../exit-code.ts";
import { formatPrintable } from "../terminal/shown-text.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { callFailureToJson, formatCallFailure, readCallFailure } from "./call-failure.ts";
import { connectServer, type Server } from "./connect-server.ts";
import { ServerUnreachable } from "./server-unreachable.ts";

/** Options of every command that talks to a server. */
export interface ClientOptions {
  /** Origin of the server. */
  readonly server: string;
  /** Key of the caller. Default none. */
  readonly key?: string | undefined;
  /** Whether a failed call is told as JSON. Default false. */
  readonly json?: boolean | undefined;
}

/** What a command does with the server. Every call must be given the signal. */
type ClientAction = (server: Server, signal: AbortSignal) => Promise<void>;

/** Returns the exit code. */
export async function runClient(terminal: Terminal, options: ClientOptions, action: ClientAction): Promise<number> {
  const { out, err } = terminal;
  const interrupt = createInterrupt();
  let server: Server | undefined;
  try {
    server = connectServer(options.server, options.key);
    await action(server, AbortSignal.any([interrupt.signal, out.closed]));
    return endOfOutput(terminal) ?? ExitCode.ok;
  } catch (error) {
    if (interrupt.signal.aborted) return ExitCode.interrupted;
    const ended = endOfOutput(terminal);
    if (ended !== undefined) return ended;
    await err.write(`${describe(error, options, terminal).join("\n")}\n`);
    return error instanceof UsageFault ? ExitCode.usage : ExitCode.failure;
  } finally {
    interrupt.dispose();
    server?.close();
  }
}

/** The exit code if the output was closed: a reader that left early (`| head`) is no failure, a full disk is one. */
function endOfOutput({ out, err }: Terminal): number | undefined {
  if (!out.closed.aborted) return undefined;
  const reason: unknown = out.closed.reason;
  if (reason instanceof Error && "code" in reason && reason.code === "EPIPE") return ExitCode.ok;
  void err.write(`error: the output cannot be written: ${String(reason)}\n`);
  return ExitCode.failure;
}

function describe(error: unknown, options: ClientOptions, { err }: Terminal): string[] {
  const heading = err.paint("bad", "error");
  const unreachable = ServerUnreachable.findIn(options.server, error);
  if (unreachable !== undefined) return describeUnreachable(unreachable, options.server, heading);
  if (error instanceof ConnectError) {
    const failure = readCallFailure(error);
    return options.json
      ? [JSON.stringify(callFailureToJson(failure))]
      : formatCallFailure(failure, err.paint, Date.now());
  }
  return [`${heading}: ${formatPrintable(error instanceof Error ? error.message : String(error))}`];
}

function describeUnreachable(error: ServerUnreachable, url: string, heading: string): string[] {
  const { host, hostname } = new URL(url);
  const isLocal = hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
  return [
    `${heading}: ${formatPrintable(error.message)}`,
    ...(isLocal ? [`  start one:     understudy serve --listen ${host}`] : []),
    "  name another:  --server http://HOST:PORT, or the variable UNDERSTUDY_SERVER",
  ];
}

/** Ctrl-C as a signal that cancels calls. */
interface Interrupt {
  readonly signal: AbortSignal;
  /** Stops listening. */
  dispose(): void;
}

/** Listens for the first Ctrl-C; a second one ends the process at once. */
function createInterrupt(): Interrupt {
  const controller = new AbortController();
  const onInterrupt = (): void => controller.abort();
  process.once("SIGINT", onInterrupt);
  return { signal: controller.signal, dispose: () => process.removeListener("SIGINT", onInterrupt) };
}
