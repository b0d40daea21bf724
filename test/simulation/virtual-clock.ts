/** A clock that jumps from one instant at which something happens to the next, in place of the real one. */

const REAL = {
  setImmediate,
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  dateNow: Date.now,
};

/** Wall time at the beginning, in milliseconds since the epoch. */
const EPOCH_MS = 1_800_000_000_000;

/** Longest wait of a timer, in milliseconds; Node turns a longer one into 1 ms. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Something that is to happen. Stands in for the timers of Node too. */
class Entry {
  readonly atMs: number;
  readonly id: number;
  readonly run: () => void;
  cancelled = false;

  constructor(atMs: number, id: number, run: () => void) {
    this.atMs = atMs;
    this.id = id;
    this.run = run;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

/** Entries in the order in which they are due. */
class DueHeap {
  readonly #entries: Entry[] = [];

  get first(): Entry | undefined {
    while (this.#entries[0]?.cancelled) this.#pop();
    return this.#entries[0];
  }

  push(entry: Entry): void {
    const entries = this.#entries;
    let index = entries.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = entries[parent];
      if (above === undefined || !precedes(entry, above)) break;
      entries[index] = above;
      index = parent;
    }
    entries[index] = entry;
  }

  take(): Entry | undefined {
    return this.first === undefined ? undefined : this.#pop();
  }

  #pop(): Entry | undefined {
    const entries = this.#entries;
    const [first] = entries;
    const last = entries.pop();
    if (last === undefined || last === first) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      const left = entries[child];
      const right = entries[child + 1];
      if (left === undefined) break;
      if (right !== undefined && precedes(right, left)) child++;
      const below = entries[child];
      if (below === undefined || !precedes(below, last)) break;
      entries[index] = below;
      index = child;
    }
    entries[index] = last;
    return first;
  }
}

function precedes(one: Entry, other: Entry): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.id < other.id);
}

/**
 * Takes the place of `setTimeout`, `clearTimeout`, `setImmediate`, `performance.now` and `Date.now` between `install` and `restore`.
 * What the network brings is kept apart from timers: at one instant either may come first.
 */
export class VirtualClock {
  readonly #random: () => number;
  readonly #timers = new DueHeap();
  readonly #arrivals = new DueHeap();
  #nowMs = 0;
  #lastId = 0;

  /** `random` orders timers and arrivals that are due at the same instant. */
  constructor(random: () => number) {
    this.#random = random;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  install(): void {
    const setVirtualTimeout = (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): Entry => {
      const waitMs = ms >= 1 && ms <= MAX_TIMER_MS ? Math.trunc(ms) : 1;
      return this.#add(this.#timers, this.#nowMs + waitMs, () => run(...args));
    };
    // Behind everything that has arrived by now.
    const setVirtualImmediate = (run: () => void): Entry => this.#add(this.#arrivals, this.#nowMs, run);
    Object.assign(globalThis, {
      setTimeout: setVirtualTimeout,
      clearTimeout: clearVirtualTimeout,
      setImmediate: setVirtualImmediate,
    });
    performance.now = () => this.#nowMs;
    Date.now = () => EPOCH_MS + Math.floor(this.#nowMs);
  }

  restore(): void {
    globalThis.setImmediate = REAL.setImmediate;
    globalThis.setTimeout = REAL.setTimeout;
    globalThis.clearTimeout = REAL.clearTimeout;
    Reflect.deleteProperty(performance, "now");
    Date.now = REAL.dateNow;
  }

  /** Calls `arrive` in `ms` milliseconds, as something that comes from outside. Returns a function that calls it off. */
  after(ms: number, arrive: () => void): () => void {
    const entry = this.#add(this.#arrivals, this.#nowMs + ms, arrive);
    return () => {
      entry.cancelled = true;
    };
  }

  /** Lets `ms` milliseconds pass in which this process does nothing: everything due meanwhile comes late. */
  block(ms: number): void {
    this.#nowMs += ms;
  }

  /** Lets everything happen until `done`, until `untilMs` has come, or until nothing is left to happen. */
  async run(done: () => boolean, untilMs: number): Promise<void> {
    await settled();
    while (!done()) {
      const next = this.#takeNext(untilMs);
      if (next === undefined) return;
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.run();
      await settled();
    }
  }

  #add(heap: DueHeap, atMs: number, run: () => void): Entry {
    this.#lastId++;
    const entry = new Entry(atMs, this.#lastId, run);
    heap.push(entry);
    return entry;
  }

  #takeNext(untilMs: number): Entry | undefined {
    const timer = this.#timers.first;
    const arrival = this.#arrivals.first;
    const atMs = Math.max(this.#nowMs, Math.min(timer?.atMs ?? Infinity, arrival?.atMs ?? Infinity));
    if (atMs > untilMs) {
      this.#nowMs = Math.max(this.#nowMs, untilMs);
      return undefined;
    }
    // An event loop that was busy looks at its timers before it looks at its sockets.
    const timerIsDue = timer !== undefined && timer.atMs <= atMs;
    const arrivalIsDue = arrival !== undefined && arrival.atMs <= atMs;
    const late = timerIsDue && timer.atMs < atMs;
    const timerFirst = timerIsDue && (!arrivalIsDue || late || this.#random() < 0.5);
    return (timerFirst ? this.#timers : this.#arrivals).take();
  }
}

function clearVirtualTimeout(entry: unknown): void {
  if (entry instanceof Entry) entry.cancelled = true;
}

/** Resolves when every promise that is ready has been seen to. */
function settled(): Promise<void> {
  return new Promise((resolve) => void REAL.setImmediate(resolve));
}
