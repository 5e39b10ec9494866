import { fault, type Fault } from "../errors.ts";
import { MAX_CHAR_BYTES, utf8Bytes } from "../run/model/utf8.ts";

/** What a row of an object's storage takes, in bytes; the local runtime takes more, the platform does not. */
const MOST_BYTES = 2_000_000;

/** RUN_UNSTORABLE for a text that is longer than a row takes. */
export function rowFault(body: string): Fault | null {
  if (body.length * MAX_CHAR_BYTES <= MOST_BYTES || utf8Bytes(body) <= MOST_BYTES) return null;
  return fault("RUN_UNSTORABLE", `a part takes more than the ${MOST_BYTES} bytes of a row`);
}
