/** A count with its noun: `1 file`, `2 files`, `2 entries`. `many` is the plural where it is not the noun with an s. */
export const plural = (count: number, noun: string, many = `${noun}s`): string =>
  `${count} ${count === 1 ? noun : many}`;
