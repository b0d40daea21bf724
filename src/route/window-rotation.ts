/** Moves a rolling window of counts by looking at the clock when something is counted, without an interval timer. */

import { EventEmitter } from "node:events";

/** Moves one window. */
export interface WindowRotation {
  /** Emits `rotate` for each bucket that the window is to move by. */
  readonly controller: EventEmitter;
  /** Moves the window to now. Called before anything is counted. */
  catchUp(): void;
  /** Moves everything out of the window. */
  clear(): void;
}

/** Creates the rotation of a window of `windowMs` milliseconds in `bucketCount` buckets. */
export function createWindowRotation(windowMs: number, bucketCount: number): WindowRotation {
  const controller = new EventEmitter();
  const bucketMs = windowMs / bucketCount;
  let movedAtMs = performance.now();
  const rotate = (count: number): void => {
    for (let moved = 0; moved < Math.min(count, bucketCount); moved += 1) controller.emit("rotate");
  };
  return {
    controller,
    catchUp() {
      const dueCount = Math.floor((performance.now() - movedAtMs) / bucketMs);
      movedAtMs += dueCount * bucketMs;
      rotate(dueCount);
    },
    clear() {
      movedAtMs = performance.now();
      rotate(bucketCount);
    },
  };
}
