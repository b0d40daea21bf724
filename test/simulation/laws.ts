/** What must hold in every world, whatever its upstreams do. */

import { callLaws } from "./call-laws.ts";
import { routeLaws } from "./route-laws.ts";
import type { Scenario } from "./scenario.ts";
import type { Seen } from "./world.ts";

/** Every breach of a law, each in a sentence that begins with the law's name. */
export function findBreaches(scenario: Scenario, seen: Seen): string[] {
  const breaches = [...callLaws(scenario, seen), ...routeLaws(seen)];
  for (const index of seen.calls.keys()) {
    const times = seen.recordedCalls.get(index) ?? 0;
    if (times !== 1) breaches.push(`P2: the end of call ${index} was told ${times} times`);
  }
  for (const error of seen.errors) breaches.push(`P2: the engine failed: ${error}`);
  return breaches;
}
