/** What every client of the suite can do, whatever it speaks. */

import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ConnectError } from "@connectrpc/connect";
import type {
  CompleteRequestSchema,
  CompleteResponse,
  StreamCompleteResponse,
} from "../../../gen/ts/understudy/v1/completion_service_pb.ts";

export type Request = MessageInitShape<typeof CompleteRequestSchema>;

export interface CallOptions {
  /**
   * The client's own deadline, in milliseconds. It is sent and not kept here: who is told what in time is the gateway's
   * affair, and the client of a busy machine would often be first.
   */
  readonly timeoutMs?: number;
  /** Cancels the call. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: StreamCompleteResponse) => void;
}

/** One event, with the time at which the client had it, by `performance.now()`. */
export interface TimedEvent {
  readonly atMs: number;
  readonly message: StreamCompleteResponse;
}

/** What a client was told from the beginning to the end of a call. */
export interface Told {
  readonly events: readonly TimedEvent[];
  /** The answer of `Complete`. */
  readonly response: CompleteResponse | undefined;
  /** Undefined if the status was OK. */
  readonly error: ConnectError | undefined;
  /** From the start of the call to its status, in milliseconds. */
  readonly tookMs: number;
}

export interface ScenarioClient {
  /** Runs `StreamComplete` to its end. Never rejects. */
  stream(request: Request, options?: CallOptions): Promise<Told>;
  /** Runs `Complete` to its end. Never rejects. */
  complete(request: Request, options?: CallOptions): Promise<Told>;
  close(): void;
}

export type CreateClient = (url: string) => ScenarioClient;
