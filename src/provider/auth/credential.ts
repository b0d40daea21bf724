/** What a provider's requests prove themselves with. */

/** Headers of a request, by lower-case name. */
export type AuthHeaders = Readonly<Record<string, string>>;

/** A request that is about to be sent. A key looks at none of it; a signature covers it. */
export interface AuthRequest {
  readonly url: URL;
  /** The headers that are sent beside the credential's. */
  readonly headers: AuthHeaders;
  readonly body: string;
  readonly signal: AbortSignal;
}

/** The headers that prove who asks, or why there are none. The message holds no secret. */
export type Authorization =
  | { readonly kind: "authorized"; readonly headers: AuthHeaders }
  | { readonly kind: "failed"; readonly message: string };

/** Keeps its secret to itself: nothing of it shows when it is printed. */
export interface Credential {
  /** Never throws or rejects. Gives no promise where nothing is awaited, which is so for nearly every request. */
  authorize(request: AuthRequest): Authorization | Promise<Authorization>;
  /** Fetches its secret anew before the next request, because an upstream answered 401. */
  invalidate(): void;
}
