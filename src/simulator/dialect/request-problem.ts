/** Why a simulated vendor answers with an error. Each dialect says it in its own words. */

export type Problem =
  /** The request is at fault; the message says how. */
  | { readonly kind: "invalid"; readonly message: string }
  | { readonly kind: "unauthorized" }
  | { readonly kind: "billing" }
  | { readonly kind: "forbidden" }
  | { readonly kind: "not-found" }
  | { readonly kind: "context-too-long" }
  | { readonly kind: "prefill-refused" }
  | { readonly kind: "content-filtered" }
  /** The error that belongs to an HTTP status. */
  | { readonly kind: "status"; readonly status: number };

/** An error response. */
export interface ProblemReply {
  readonly status: number;
  readonly body: object;
}
