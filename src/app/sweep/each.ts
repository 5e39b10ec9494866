/** What went wrong for some of many. */
export class SomeFailed extends Error {
  readonly failures: readonly { readonly item: string; readonly thrown: unknown }[];

  constructor(failures: SomeFailed["failures"]) {
    super(`${failures.length} failed, the first of them ${failures[0]?.item ?? "unknown"}`, {
      cause: failures[0]?.thrown,
    });
    this.name = "SomeFailed";
    this.failures = failures;
  }
}

/** Does the work for every item, also when it fails for some; rejects with SomeFailed once all are through. */
export async function forEach<T>(
  items: Iterable<T>,
  work: (item: T) => Promise<void>,
  nameOf: (item: T) => string = String,
): Promise<void> {
  const failures: { item: string; thrown: unknown }[] = [];
  for (const item of items) {
    try {
      await work(item);
    } catch (thrown) {
      if (thrown instanceof SomeFailed)
        failures.push(...thrown.failures.map((own) => ({ ...own, item: `${nameOf(item)} ${own.item}` })));
      else failures.push({ item: nameOf(item), thrown });
    }
  }
  if (failures.length > 0) throw new SomeFailed(failures);
}
