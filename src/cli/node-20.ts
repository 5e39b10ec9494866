/*
 * What the engine uses of JavaScript that Node 20 does not have yet (ES2024): Map.groupBy and Promise.withResolvers. Where
 * they are there, nothing happens.
 */

function groupBy<K, T>(items: Iterable<T>, keyOf: (item: T, index: number) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  let index = 0;
  for (const item of items) {
    const key = keyOf(item, index++);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

function withResolvers<T>(): PromiseWithResolvers<T> {
  let resolve: PromiseWithResolvers<T>["resolve"] = () => undefined;
  let reject: PromiseWithResolvers<T>["reject"] = () => undefined;
  const promise = new Promise<T>((resolved, rejected) => {
    resolve = resolved;
    reject = rejected;
  });
  return { promise, resolve, reject };
}

for (const [owner, name, value] of [
  [Map, "groupBy", groupBy],
  [Promise, "withResolvers", withResolvers],
] as const)
  if (!(name in owner)) Object.defineProperty(owner, name, { value, writable: true, configurable: true });

export {};
