/** A text of at most `most` UTF-16 units, cut between characters and marked where it was cut; half pairs become U+FFFD. */
export function clip(text: string, most: number): string {
  if (text.length <= most) return text.toWellFormed();
  const end = isLow(text.charCodeAt(most - 1)) ? most - 2 : most - 1;
  return `${text.slice(0, Math.max(0, end)).toWellFormed()}…`;
}

/** A text in quotes, clipped: what a message may show of what somebody sent. */
export const quoted = (text: string, most = 80): string => JSON.stringify(clip(text, most));

const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;
