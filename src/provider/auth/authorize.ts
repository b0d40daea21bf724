/** Asks a credential for the headers of one request. */

import type { Authorization, AuthRequest, Credential } from "./credential.ts";

/** The authorization; undefined if the request was aborted before it came. No promise where nothing is awaited. */
export function authorize(
  credential: Credential,
  request: AuthRequest,
): Authorization | Promise<Authorization | undefined> {
  const authorization = credential.authorize(request);
  return authorization instanceof Promise ? untilAborted(authorization, request.signal) : authorization;
}

/** What is fetched goes on for the requests that wait for it too. */
function untilAborted(authorization: Promise<Authorization>, signal: AbortSignal): Promise<Authorization | undefined> {
  return new Promise((resolve) => {
    const onAbort = (): void => resolve(undefined);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    void authorization.then(resolve).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
