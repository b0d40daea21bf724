/** One request and its response: when connecting ends, when the response begins, and who ended it. */

import { type Dispatcher, errors } from "undici";
import { ContentDecoder, isDecodable } from "./content-decoder.ts";
import { ResponseBody } from "./response-body.ts";

/** Response headers by lower-case name. */
export type HttpHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** What became of a request. */
export type HttpOutcome =
  | { readonly kind: "answered"; readonly status: number; readonly headers: HttpHeaders; readonly body: ResponseBody }
  /** Refused, unreachable, or the connection broke before the response began. */
  | { readonly kind: "unreachable" }
  /** No connection within the connect timeout. */
  | { readonly kind: "connect-timeout" }
  /** What came back is not HTTP. */
  | { readonly kind: "malformed" }
  /** The caller's signal was aborted. */
  | { readonly kind: "aborted" };

/** Failures of the response's form rather than of the connection. */
function isMalformed(error: Error): boolean {
  return error instanceof errors.HTTPParserError || error instanceof errors.HeadersOverflowError;
}

/**
 * Listens to undici for one request. undici calls `onRequestStart` when a connection is there, which ends the connect
 * phase; a request that is given up before is dropped at that moment and its connection stays with the pool.
 */
export class HttpExchange implements Dispatcher.DispatchHandler {
  /** Resolves once, when the response begins or cannot. */
  readonly outcome: Promise<HttpOutcome>;
  readonly #signal: AbortSignal;
  readonly #connectTimer: NodeJS.Timeout;
  #resolve: (outcome: HttpOutcome) => void = () => {};
  #controller: Dispatcher.DispatchController | undefined;
  #body: ResponseBody | undefined;
  /** Stands before the body of a compressed response. */
  #decoder: ContentDecoder | undefined;
  #givenUp = false;

  /** `connectTimeoutMs` counts from now. */
  constructor(connectTimeoutMs: number, signal: AbortSignal) {
    this.outcome = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#signal = signal;
    this.#connectTimer = setTimeout(() => this.#giveUp("connect-timeout"), connectTimeoutMs);
    signal.addEventListener("abort", this.#onAbort, { once: true });
    if (signal.aborted) this.#onAbort();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    clearTimeout(this.#connectTimer);
    this.#controller = controller;
    if (this.#givenUp) controller.abort(new Error("nobody waits for the response"));
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: HttpHeaders): void {
    if (status < 200 || this.#givenUp) return;
    const { "content-encoding": encoding, ...rest } = headers;
    const isPacked = isDecodable(encoding);
    if (isPacked) this.#decoder = new ContentDecoder(encoding, controller, () => this.#body);
    this.#body = new ResponseBody(this.#decoder ?? controller, () => this.#detachSignal());
    this.#resolve({ kind: "answered", status, headers: isPacked ? rest : headers, body: this.#body });
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    (this.#decoder ?? this.#body)?.push(chunk);
  }

  onResponseEnd(): void {
    (this.#decoder ?? this.#body)?.settle("end");
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const receiver = this.#decoder ?? this.#body;
    if (receiver !== undefined) receiver.settle("cut");
    else this.fail(error);
  }

  /** Ends an exchange that has no response. */
  fail(error: Error): void {
    if (error instanceof errors.ConnectTimeoutError) this.#giveUp("connect-timeout");
    else this.#giveUp(isMalformed(error) ? "malformed" : "unreachable");
  }

  readonly #onAbort = (): void => {
    if (this.#body !== undefined) this.#body.close();
    else this.#giveUp("aborted");
  };

  #giveUp(kind: "unreachable" | "connect-timeout" | "malformed" | "aborted"): void {
    if (this.#givenUp) return;
    this.#givenUp = true;
    clearTimeout(this.#connectTimer);
    this.#detachSignal();
    this.#resolve({ kind });
    this.#controller?.abort(new Error("nobody waits for the response"));
  }

  #detachSignal(): void {
    this.#signal.removeEventListener("abort", this.#onAbort);
  }
}
