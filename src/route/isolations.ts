/** What operators isolated, by name: it holds for whatever route has that name, also when a configuration renews it. */

import type { ProtectedRoute } from "./protected-route.ts";

interface NotedIsolation {
  readonly reason: string;
  /** In milliseconds since the epoch; undefined if it does not end by itself. */
  readonly untilMs: number | undefined;
}

/** The isolations that were not taken back. */
export class Isolations {
  readonly #noted = new Map<string, NotedIsolation>();

  /** Replaces an earlier one of the name. */
  note(name: string, reason: string, untilMs: number | undefined): void {
    this.#noted.set(name, { reason, untilMs });
  }

  forget(name: string): void {
    this.#noted.delete(name);
  }

  /** Isolates a new route if its name is isolated now. */
  applyTo(route: ProtectedRoute): void {
    const noted = this.#noted.get(route.name);
    if (noted === undefined) return;
    if (noted.untilMs !== undefined && noted.untilMs <= Date.now()) this.#noted.delete(route.name);
    else route.isolate(noted.reason, noted.untilMs);
  }
}
