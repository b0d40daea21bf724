/** Passes faked time. */

import { vi } from "vitest";

/** Lets everything happen that happens within `ms` milliseconds. */
export async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}
