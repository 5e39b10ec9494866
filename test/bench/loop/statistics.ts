/** The middle value; NaN of none. */
export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The value below which a share of the values lies, by nearest rank; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** How far the values lie apart, in percent of their median: the noise of a measurement. */
export const spreadPercent = (values: readonly number[]): number =>
  (100 * (Math.max(...values) - Math.min(...values))) / median(values);
