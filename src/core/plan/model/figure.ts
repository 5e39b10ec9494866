/** A number as a person writes it: at most three decimals. */
export const figure = (value: number): string =>
  String(Math.abs(value) < 1e12 ? Math.round(value * 1_000) / 1_000 : value);

/** `a < b` as text; more decimals are shown when rounding would make both sides look the same. */
export function comparison(a: number, sign: "<" | ">", b: number): string {
  const same = figure(a) === figure(b);
  return same ? `${a} ${sign} ${b}` : `${figure(a)} ${sign} ${figure(b)}`;
}
