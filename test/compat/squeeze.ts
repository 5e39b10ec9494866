/** A text with its long repetitions counted instead of written: a fixture must not weigh megabytes. */
export const squeezed = (text: string): string =>
  text.replace(/(.)\1{199,}/gu, (run: string, one: string) => `⟪${one}×${run.length / one.length}⟫`);

/** What was squeezed, as it was. */
export const unsqueezed = (text: string): string =>
  text.replace(/⟪(.)×(\d+)⟫/gu, (_, one: string, times: string) => one.repeat(Number(times)));
