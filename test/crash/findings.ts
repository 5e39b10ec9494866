/** What must hold however often the process dies. */
export const PROMISES = {
  ends: "every run that was accepted ends",
  readable: "an acknowledged result stays readable and as it was",
  once: "the same key begins one run",
  chains: "what was to follow a run follows it once",
  effects: "an effect is told under one key a step, and its receipt is what the run says",
  archive: "every row has its record, every record and object its row",
  values: "every large value is referred to, every reference is there",
  rings: "a ring at rest holds only what lasts",
  trust: "trust is what the archived runs say",
  dead: "no message is lost without an explanation",
  gone: "what is older than anything is kept for leaves nothing behind",
} as const;

export type Promised = keyof typeof PROMISES;

/** Everything that was found wrong, in the order it was found. */
export class Findings {
  readonly list: { readonly promise: Promised; readonly what: string }[] = [];

  add(promise: Promised, what: string): void {
    this.list.push({ promise, what });
  }
}
