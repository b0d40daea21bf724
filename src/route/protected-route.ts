/** A route together with what operators and the table of routes need of it. */

import type { Route } from "../call/route.ts";

/** A route together with what operators and the table of routes need of it. */
export interface ProtectedRoute extends Route {
  /** Whether no attempt runs or waits. */
  readonly idle: boolean;
  /** Whether an operator took it out of service. */
  readonly isolated: boolean;
  /** Takes the route out of service until `untilMs` (milliseconds since the epoch) or, without it, until `restore`. */
  isolate(reason: string, untilMs?: number): void;
  /** Puts the route back into service: ends isolation, cooldown and disabling, and resets the breaker. */
  restore(): void;
  /** Stops all timers, sends all who wait away and closes the upstream. No attempt is admitted from then on. */
  dispose(): void;
}
