/*
 * What regular expressions such as `/ +$/` do in a time that grows with the square of the text: they begin anew at every
 * space. These look at each character once.
 */

/** The text without the given characters at its end. */
export function withoutEnd(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

/** The text without the given characters at its beginning. */
export function withoutBeginning(text: string, characters: string): string {
  let from = 0;
  while (from < text.length && characters.includes(text.charAt(from))) from++;
  return text.slice(from);
}
