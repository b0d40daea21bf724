/** The context of a call that nobody limits and nothing follows. */

import type { CallContext } from "../../src/call/call-context.ts";
import type { Caller } from "../../src/call/caller-scope.ts";

/** Makes a context; `context` replaces single parts. */
export function makeContext(context: Partial<CallContext> = {}): CallContext {
  return {
    requestId: "call-1",
    signal: new AbortController().signal,
    timeoutMs: undefined,
    caller: undefined,
    trail: { asked: () => {}, began: () => () => {} },
    ...context,
  };
}

/** A caller that may use these workloads and routes. */
export function limitedTo(workloads: readonly string[], routes: readonly string[], prefixes: string[] = []): Caller {
  return {
    name: "intern",
    scope: { workloads: new Set(workloads), routes: new Set(routes), routePrefixes: prefixes },
  };
}
