import { valueHash } from "../run/model/hash.ts";
import { isRef, type StoredValue } from "../run/model/value.ts";
import type { SignedCall } from "./signature.ts";

/** What names a composite's body and version. */
export interface BoundaryBody {
  readonly node: string;
  readonly version: string;
  readonly bodyHash: string;
}

/**
 * What a composite's signature is made of. Large values enter by the hash they are stored under, so that nothing has to
 * be loaded; a value of one size is always kept the same way.
 */
export const boundaryCall = (
  { node, version, bodyHash }: BoundaryBody,
  inputs: Readonly<Record<string, StoredValue>>,
): SignedCall => ({
  node,
  version,
  inputHash: valueHash(
    Object.fromEntries(
      Object.entries(inputs).map(([name, value]) => [
        name,
        isRef(value) ? `stored:${value.ref.sha256}` : valueHash(value.v),
      ]),
    ),
  ),
  configHash: bodyHash,
});
