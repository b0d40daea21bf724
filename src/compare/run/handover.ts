/** Hands items from many who make them to one who takes them, no faster than they are taken. */

interface Offer<Item> {
  readonly item: Item;
  readonly taken: () => void;
}

export class Handover<Item> {
  #offers: Offer<Item>[] = [];
  #wake: (() => void) | undefined;
  #closed = false;

  /** Resolves when the item was taken, or at once when nobody takes any more. */
  put(item: Item): Promise<void> {
    if (this.#closed) return Promise.resolve();
    return new Promise((taken) => {
      this.#offers.push({ item, taken });
      this.#wake?.();
    });
  }

  /** The next item; undefined once `end` was called and every item was taken. */
  async take(): Promise<Item | undefined> {
    for (;;) {
      const offer = this.#offers.shift();
      if (offer !== undefined) {
        offer.taken();
        return offer.item;
      }
      if (this.#closed) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Says that nothing more comes, and lets go everybody who waits. */
  end(): void {
    this.#closed = true;
    for (const { taken } of this.#offers) taken();
    this.#wake?.();
  }
}
