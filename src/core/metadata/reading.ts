import type { JsonObject } from "../../../contracts/json/json.ts";
import type { Dialect } from "./dialect.ts";
import type { MetadataProblem } from "./problem.ts";

/**
 * What a document's hash is worth. `verified`: it is the hash of this very content. `mismatch`: it is not, the content
 * was edited. `placeholder`: 64 zeros. `absent`: no block, or no hash in it. `malformed`: not 64 hex digits, or a block
 * that cannot be read. `unverifiable`: no rule can confirm it, true of old node.onex.yaml files.
 */
export type HashVerdict = "verified" | "mismatch" | "placeholder" | "absent" | "malformed" | "unverifiable";

/** What was read off a document: separate verdicts, never folded into one. */
export interface BlockReading {
  /** null when there is no readable block; bare metadata files have fields and no dialect. */
  readonly dialect: Dialect | null;
  /** Parsed values. Dates and versions stay text. */
  readonly fields: JsonObject;
  /** Everything after the block's closing line, as it is; the whole text when there is no block. */
  readonly body: string;
  readonly hash: HashVerdict;
  /** The hash value as written, without quotes. */
  readonly declaredHash: string | null;
  /** What the dialect's most likely rule gives, 64 lower-case hex digits; equals `declaredHash` exactly when verified. */
  readonly computedHash: string | null;
  /** 1-based lines of the delimiters. */
  readonly lines: { readonly open: number; readonly close: number } | null;
  /** Field → 1-based line. */
  readonly fieldLines: Readonly<Record<string, number>>;
  /** Findings about the text itself; what the fields mean is checked by validateMetadata. */
  readonly errors: readonly MetadataProblem[];
}

/** What is known of a text besides itself. */
export interface ReadHint {
  /** The file's path: only its name is looked at, to tell metadata files from other YAML. */
  readonly path?: string;
}

/** Longest text that is read, in UTF-16 code units. */
export const MAX_TEXT_LENGTH = 16 * 1024 * 1024;
