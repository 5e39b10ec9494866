/** Conditions as a query string, with its question mark; empty when there are none. What is undefined is left out. */
export function queryText(conditions: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(conditions).filter(([, value]) => value !== undefined);
  const texts = Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
  return given.length === 0 ? "" : `?${new URLSearchParams(texts).toString()}`;
}
