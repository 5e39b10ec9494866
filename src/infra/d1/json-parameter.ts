/** D1 takes texts of two million bytes; a UTF-16 unit takes at most three. */
const MAX_CHARS = 600_000;

/**
 * Any number of rows as bound parameters: JSON lists for `json_each`, each small enough for one parameter. A statement
 * over such a list needs one of the hundred parameters D1 allows, not one for every value.
 */
export function jsonParameters(rows: readonly unknown[]): readonly string[] {
  const lists: string[][] = [];
  let room = 0;
  for (const row of rows) {
    const text = JSON.stringify(row);
    if (text.length > room || lists.length === 0) {
      lists.push([]);
      room = MAX_CHARS;
    }
    lists.at(-1)?.push(text);
    room -= text.length + 1;
  }
  return lists.map((texts) => `[${texts.join(",")}]`);
}
