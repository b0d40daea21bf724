/** What the simulator was asked, and how each request ended. */

/** Requests that are remembered; the oldest go first. */
const MAX_REQUESTS = 1_000;

/** Bytes of bodies that are remembered, so that a load test with long prompts does not fill the memory. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** Longest wait of `until`, in milliseconds. */
const UNTIL_TIMEOUT_MS = 10_000;

/** How a request ended; times are milliseconds since the epoch. */
export type RequestEnd =
  | { readonly kind: "open" }
  /** The response was sent to its end. */
  | { readonly kind: "finished"; readonly atMs: number }
  /** The client closed the connection before that. */
  | { readonly kind: "clientClosed"; readonly atMs: number }
  /** The simulator broke the connection: a fault, or its own end. */
  | { readonly kind: "cut"; readonly atMs: number };

/** One request to a model. */
export interface ReceivedRequest {
  /** Counts the requests, from 1. */
  readonly number: number;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The body as parsed JSON; its text if it is none. */
  readonly body: unknown;
  readonly bodyBytes: number;
  /** When the request had come in, in milliseconds since the epoch. */
  readonly atMs: number;
  /** Status that was answered; undefined before the headers are sent. */
  readonly status: number | undefined;
  /** Images in the request; undefined if it was not understood. */
  readonly imageCount: number | undefined;
  /** Pieces of content sent. */
  readonly sentPieces: number;
  /** Pieces of content made after the client had closed. */
  readonly latePieces: number;
  readonly end: RequestEnd;
}

/** A request that is still being answered. */
export type OpenRequest = { -readonly [Name in keyof ReceivedRequest]: ReceivedRequest[Name] };

interface Waiter {
  readonly condition: () => boolean;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** What the simulator was asked, and how each request ended. */
export class RequestLog {
  #requests: OpenRequest[] = [];
  #bodyBytes = 0;
  #openCount = 0;
  readonly #waiters = new Set<Waiter>();

  /** The requests that are remembered, oldest first. They change while they are answered. */
  get requests(): readonly ReceivedRequest[] {
    return this.#requests;
  }

  /** Requests whose answer has not ended. */
  get openCount(): number {
    return this.#openCount;
  }

  begin(request: OpenRequest): void {
    this.#openCount++;
    this.#requests.push(request);
    this.#bodyBytes += request.bodyBytes;
    while (this.#requests.length > MAX_REQUESTS || this.#bodyBytes > MAX_BODY_BYTES) {
      this.#bodyBytes -= this.#requests.shift()?.bodyBytes ?? 0;
    }
    this.changed();
  }

  /** Ends a request. Only the first end counts. */
  end(request: OpenRequest, kind: Exclude<RequestEnd["kind"], "open">): void {
    if (request.end.kind !== "open") return;
    request.end = { kind, atMs: Date.now() };
    this.#openCount--;
    this.changed();
  }

  /** Forgets the requests; open ones go on. */
  clear(): void {
    this.#requests = [];
    this.#bodyBytes = 0;
  }

  /** Resolves as soon as `condition` holds. Rejects after `timeoutMs` milliseconds, default 10 000. */
  until(condition: () => boolean, timeoutMs: number = UNTIL_TIMEOUT_MS): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#giveUp(waiter, `condition not met within ${timeoutMs} ms`), timeoutMs);
      const waiter: Waiter = { condition, resolve, reject, timer };
      this.#waiters.add(waiter);
    });
  }

  /** Looks at the conditions again. */
  changed(): void {
    for (const waiter of this.#waiters) {
      if (!waiter.condition()) continue;
      this.#forget(waiter);
      waiter.resolve();
    }
  }

  /** Ends every wait. */
  close(): void {
    for (const waiter of this.#waiters) this.#giveUp(waiter, "the simulator closed before the condition was met");
  }

  #giveUp(waiter: Waiter, message: string): void {
    this.#forget(waiter);
    waiter.reject(new Error(message));
  }

  #forget(waiter: Waiter): void {
    clearTimeout(waiter.timer);
    this.#waiters.delete(waiter);
  }
}
