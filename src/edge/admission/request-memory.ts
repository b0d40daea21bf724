/** Bounds the bytes of all requests in flight. */

/** The bytes that one request holds. */
export interface RequestBytes {
  /** Takes `bytes` more. Returns false, and takes nothing, if the budget does not have them. */
  take(bytes: number): boolean;
  /** Gives everything back, and refuses from then on. */
  release(): void;
}

export interface RequestMemory {
  /** Starts the account of a request. */
  open(): RequestBytes;
}

/** Creates a budget of `maxBytes`, which may change. */
export function createRequestMemory(maxBytes: () => number): RequestMemory {
  let heldBytes = 0;
  return {
    open() {
      let ownBytes = 0;
      let released = false;
      return {
        take(bytes) {
          if (released || heldBytes + bytes > maxBytes()) return false;
          heldBytes += bytes;
          ownBytes += bytes;
          return true;
        },
        release() {
          heldBytes -= ownBytes;
          ownBytes = 0;
          released = true;
        },
      };
    },
  };
}
