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
  readonly #inCall: (items: readonly Item[]) => number;
  readonly #waiting: Waiting<Item, Reply>[] = [];
  #sending = false;

  /**
   * @param send answers one reply an item, in their order; when it rejects, so does every item of the call
   * @param inCall how many of the waiting items go in one call, from the first; all of them when absent, one at least
   */
  constructor(
    send: (items: readonly Item[]) => Promise<readonly Reply[]>,
    inCall: (items: readonly Item[]) => number = (items) => items.length,
  ) {
    this.#send = send;
    this.#inCall = inCall;
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
      const items = this.#waiting.map(({ item }) => item);
      const count = Math.max(1, this.#inCall(items));
      const going = this.#waiting.splice(0, count);
      try {
        const replies = await this.#send(items.slice(0, count));
        going.forEach(({ resolve }, place) => resolve(replies[place] as Reply));
      } catch (thrown) {
        for (const { reject } of going) reject(thrown);
      }
    }
    this.#sending = false;
  }
}
