/** A number as a person writes it: at most three decimals, no trailing zeros, never in scientific notation below 1e21. */
export const figure = (value: number): string => String(Number(value.toFixed(3)));

/** `a < b` as text; more decimals are shown when rounding would make both sides look the same. */
export function comparison(a: number, sign: "<" | ">", b: number): string {
  const same = figure(a) === figure(b);
  return same ? `${a} ${sign} ${b}` : `${figure(a)} ${sign} ${figure(b)}`;
}
