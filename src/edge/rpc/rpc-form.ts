/** Tells the protocols of the RPC door apart by their content types. */

/** The form of a request, and of the answer to it. */
export type RpcForm = "grpc" | "grpc-web" | "connect-stream" | "connect-unary";

/** The form of a content type. What none of the others takes is the last, which is plain HTTP. */
export function rpcFormOf(contentType = ""): RpcForm {
  if (contentType.startsWith("application/grpc-web")) return "grpc-web";
  if (contentType.startsWith("application/grpc")) return "grpc";
  return contentType.startsWith("application/connect+") ? "connect-stream" : "connect-unary";
}
