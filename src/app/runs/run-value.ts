import { utf8ToBytes } from "@noble/hashes/utils.js";
import { fault, RuntimeHostError, type Fault } from "../../core/errors.ts";
import { ok, type Result } from "../../core/result.ts";
import { textHash } from "../../core/run/model/hash.ts";
import type { RunState } from "../../core/run/model/state.ts";
import { isRef } from "../../core/run/model/value.ts";
import { valueAt } from "../../core/run/views/value-place.ts";
import type { BlobStore } from "../../spi/blob-store.ts";

/** A value of a run as the JSON it is kept as. */
export interface RunValue {
  /** Of the JSON's bytes: the same value of another run has the same. */
  readonly sha256: string;
  readonly json: Uint8Array;
}

/**
 * A value that a step gave, or that the run was given for `-`. VALUE_NOT_FOUND; rejects with VALUE_UNAVAILABLE when it is
 * not in its store, or is not what was stored.
 */
export async function runValue(
  state: RunState,
  step: string,
  key: string,
  blobs: BlobStore,
): Promise<Result<RunValue, Fault>> {
  const found = valueAt(state, step, key);
  if (!found.ok) return found;
  const value = found.value;
  if (!isRef(value)) {
    const text = JSON.stringify(value.v);
    return ok({ sha256: textHash(text), json: utf8ToBytes(text) });
  }
  const { key: at, sha256 } = value.ref;
  const text = await blobs.get(at);
  if (text !== null && textHash(text) === sha256) return ok({ sha256, json: utf8ToBytes(text) });
  const why = text === null ? "missing" : "not what was stored";
  throw new RuntimeHostError(fault("VALUE_UNAVAILABLE", `the stored value ${at} is ${why}`));
}
