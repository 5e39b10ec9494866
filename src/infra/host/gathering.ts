interface Waiting<Item, Reply> {
  readonly item: Item;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (thrown: unknown) => void;
}

/**
 * Sends what it is given, one call at a time: what comes while a call is under way goes together in the next. So a busy
 * receiver gets few large calls, and an idle one is called at once.
 */
export class Gathering<Item, Reply> {
  readonly #send: (items: readonly Item[]) => Promise<readonly Reply[]>;
  #waiting: Waiting<Item, Reply>[] = [];
  #sending = false;

  /** @param send answers one reply an item, in their order; when it rejects, so does every item of the call */
  constructor(send: (items: readonly Item[]) => Promise<readonly Reply[]>) {
    this.#send = send;
  }

  /** Resolves with the reply to this item. */
  give(item: Item): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (!this.#sending) void this.#drain();
    });
  }

  async #drain(): Promise<void> {
    this.#sending = true;
    // What ends in the same turn as the first item goes with it.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const going = this.#waiting;
      this.#waiting = [];
      try {
        const replies = await this.#send(going.map(({ item }) => item));
        going.forEach(({ resolve }, place) => resolve(replies[place] as Reply));
      } catch (thrown) {
        for (const { reject } of going) reject(thrown);
      }
    }
    this.#sending = false;
  }
}
