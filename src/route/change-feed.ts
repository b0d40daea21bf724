/** Tells readers which names changed, each name once however often it changed since they last looked. */

/** Changes of names. */
export interface ChangeFeed {
  changed(name: string): void;
  /** Begins to collect changes for one reader, until it leaves, `signal` is aborted or the feed is closed. */
  subscribe(signal: AbortSignal): ChangeReader;
  /** Ends all readers. */
  close(): void;
}

/** One reader. What it has not seen yet is one set, so a slow reader costs at most one entry a name. */
export interface ChangeReader {
  /** The names that changed, as soon as there are any; undefined at the end. */
  next(): Promise<ReadonlySet<string> | undefined>;
  leave(): void;
}

/** Creates a feed without readers. */
export function createChangeFeed(): ChangeFeed {
  const readers = new Set<Reader>();
  let closed = false;
  return {
    changed(name) {
      for (const reader of readers) reader.changed(name);
    },
    subscribe(signal) {
      const reader = new Reader(() => {
        signal.removeEventListener("abort", leave);
        readers.delete(reader);
      });
      const leave = (): void => reader.leave();
      readers.add(reader);
      signal.addEventListener("abort", leave, { once: true });
      if (signal.aborted || closed) reader.leave();
      return reader;
    },
    close() {
      closed = true;
      for (const reader of readers) reader.leave();
    },
  };
}

class Reader implements ChangeReader {
  unseen = new Set<string>();
  readonly #onLeave: () => void;
  #left = false;
  #wake = (): void => undefined;

  constructor(onLeave: () => void) {
    this.#onLeave = onLeave;
  }

  changed(name: string): void {
    this.unseen.add(name);
    this.#wake();
  }

  async next(): Promise<ReadonlySet<string> | undefined> {
    while (!this.#left && this.unseen.size === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#left) return undefined;
    const { unseen } = this;
    this.unseen = new Set();
    return unseen;
  }

  leave(): void {
    this.#left = true;
    this.#onLeave();
    this.#wake();
  }
}
