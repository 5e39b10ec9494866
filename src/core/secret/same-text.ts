/** Whether two texts are the same. Looks at every character of the expected one, however much of the given one is right. */
export function isSameText(given: string, expected: string): boolean {
  let difference = given.length ^ expected.length;
  for (let i = 0; i < expected.length; i++) difference |= expected.charCodeAt(i) ^ given.charCodeAt(i % given.length);
  return difference === 0;
}
