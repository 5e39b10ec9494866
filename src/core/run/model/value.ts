import type { JsonValue } from "../../../../contracts/json/json.ts";

/** Values above this many bytes of JSON live in the blob store and travel as references. */
export const INLINE_VALUE_BYTES = 64 * 1024;

/** A value outside the run's own record. On the wire: `{ "$ref": "r2:…", "sha256": …, "bytes": … }`. */
export interface BlobRef {
  readonly key: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** A value of a run, either itself or where it is. Tagged, so no user value can pose as a reference. */
export type StoredValue = { readonly v: JsonValue } | { readonly ref: BlobRef };

export const isRef = (value: StoredValue): value is { readonly ref: BlobRef } => "ref" in value;

/** What a client sees of a stored value. */
export const wireValue = (value: StoredValue): JsonValue =>
  isRef(value) ? { $ref: `r2:${value.ref.key}`, sha256: value.ref.sha256, bytes: value.ref.bytes } : value.v;

/** About how many bytes a value is: the characters of a text or of its JSON. */
export function sizeOf(value: StoredValue): number {
  if (isRef(value)) return value.ref.bytes;
  return typeof value.v === "string" ? value.v.length : JSON.stringify(value.v).length;
}
