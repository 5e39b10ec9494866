/** Bytes of a text in UTF-8, without encoding it. Half a surrogate pair counts as the replacement character it becomes. */
export function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7ff) {
      bytes += 2;
      if (isHigh(unit) && isLow(text.charCodeAt(i + 1))) i++;
    } else if (unit > 0x7f) bytes += 1;
  }
  return bytes;
}

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;

/** A character of JSON takes at most so many bytes in UTF-8. */
export const MAX_CHAR_BYTES = 3;
