import type { JsonValue } from "../../../contracts/json.ts";
import { fault, type Fault } from "../errors.ts";
import { err, ok, type Result } from "../result.ts";
import { decodeRun, encodeRun } from "./codec.ts";
import { textHash, valueHash } from "./hash.ts";
import { signalsOf } from "./signals.ts";
import { TERMINAL_RUN, type RunState } from "./state.ts";
import { isRef, type BlobRef } from "./value.ts";

export const SNAPSHOT_FORMAT = "onex-run/1";

/** A run as one file: everything needed to look at it, replay it or repeat it elsewhere. */
export interface RunSnapshot {
  readonly format: typeof SNAPSHOT_FORMAT;
  readonly run_id: string;
  /** The encoded run. */
  readonly record: JsonValue;
  /** Its signals, for readers that know nothing of the record's shape. */
  readonly events: JsonValue;
  /** The texts of values over 64 KB, by SHA-256. */
  readonly values: Readonly<Record<string, string>>;
  /** SHA-256 of the canonical JSON of everything above: an edit by hand shows. */
  readonly sha256: string;
}

/** Every value of the run that is kept outside its record, each once. */
export function refsOf(state: RunState): readonly BlobRef[] {
  const refs = new Map<string, BlobRef>();
  const outcomes = [...state.segments.values()].flatMap(({ steps }) => steps.map(({ outcome }) => outcome));
  const stored = [
    ...Object.values(state.given),
    ...outcomes.flatMap((outcome) => (outcome?.ok ? Object.values(outcome.outputs) : [])),
  ];
  for (const value of stored) if (isRef(value)) refs.set(value.ref.key, value.ref);
  return [...refs.values()];
}

/** Seals a run with the texts of its large values. */
export function sealSnapshot(state: RunState, values: Readonly<Record<string, string>>): RunSnapshot {
  const unsealed = {
    format: SNAPSHOT_FORMAT,
    run_id: state.header.id,
    record: JSON.parse(encodeRun(state)) as JsonValue,
    events: signalsOf(state) as JsonValue,
    values,
  } as const;
  return { ...unsealed, sha256: valueHash(unsealed) };
}

/** Opens a snapshot that nobody has changed. Refusals: INVALID_PARAMETER for what is no snapshot, METADATA_HASH_MISMATCH for an edited one. */
export function openSnapshot(
  value: JsonValue,
): Result<{ readonly state: RunState; readonly values: RunSnapshot["values"] }, Fault> {
  const snapshot = readSnapshot(value);
  if (!snapshot) {
    return err(
      fault("INVALID_PARAMETER", `this is no ${SNAPSHOT_FORMAT} file`, {
        place: "$.format",
        hint: "export one with GET /v1/runs/:id/export",
      }),
    );
  }
  const { sha256, ...unsealed } = snapshot;
  if (
    valueHash(unsealed) !== sha256 ||
    Object.entries(snapshot.values).some(([hash, text]) => textHash(text) !== hash)
  ) {
    return err(
      fault("METADATA_HASH_MISMATCH", "the snapshot is not what was exported", {
        place: "$.sha256",
        hint: "export the run again",
      }),
    );
  }
  const state = decodeRun(JSON.stringify(snapshot.record));
  if (!TERMINAL_RUN.has(state.header.status)) {
    return err(fault("INVALID_STATE", `run '${state.header.id}' had not ended when it was exported`));
  }
  return ok({ state, values: snapshot.values });
}

function readSnapshot(value: JsonValue): RunSnapshot | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const { format, record, values, sha256 } = value as Partial<RunSnapshot>;
  const whole =
    typeof record === "object" && typeof values === "object" && values !== null && typeof sha256 === "string";
  return format === SNAPSHOT_FORMAT && whole ? (value as unknown as RunSnapshot) : null;
}
