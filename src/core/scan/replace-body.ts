import { readBlock } from "../metadata/read.ts";
import { stamp, type StampOptions, type Stamped } from "../metadata/stamp.ts";
import type { MetadataProblem } from "../metadata/problem.ts";
import type { Result } from "../result.ts";
import { ok } from "../result.ts";

/**
 * Gives a stamped file another body: its block stays, with a new hash and time when the body is another one. A file that
 * has no block of ours, or is not there (null), is stamped anew. The same body twice is no change.
 */
export function replaceBody(
  text: string | null,
  body: string,
  options: StampOptions,
): Result<Stamped, readonly MetadataProblem[]> {
  const reading = text === null ? null : readBlock(text, options.path === undefined ? {} : { path: options.path });
  if (text === null || reading === null || reading.dialect !== "ONEX") return stamp(body, options);
  const block = text.slice(0, text.length - reading.body.length);
  const next = `${block}\n${body}`;
  if (next === text && reading.hash === "verified") return ok({ text, changed: false });
  // What was generated before is not renewed: its fields may have been edited since.
  const { fields: _, ...kept } = options;
  const stamped = stamp(next, kept);
  // Of an edited page that gets its old body back, the stamp is true already: the text is still another.
  return stamped.ok ? ok({ text: stamped.value.text, changed: stamped.value.text !== text }) : stamped;
}
