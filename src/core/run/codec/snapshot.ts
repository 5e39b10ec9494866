import type { JsonValue } from "../../../../contracts/json/json.ts";
import { fault, type Fault } from "../../errors.ts";
import { MAX_JSON_DEPTH } from "../../json/read-json.ts";
import { err, ok, type Result } from "../../result.ts";
import { STORED_FORMS } from "../../stored/forms.ts";
import { upgraded } from "../../stored/stored-form.ts";
import { encodeRun, readRun } from "./codec.ts";
import { textHash, valueHash } from "../model/hash.ts";
import { signalsOf } from "../views/signals.ts";
import { TERMINAL_RUN, type RunState, type StepState } from "../model/state.ts";
import { ringOf } from "../model/run-id.ts";
import { triedStates } from "../model/tried-steps.ts";
import { isRef, type BlobRef, type StoredValue } from "../model/value.ts";

export const SNAPSHOT_FORMAT = "onex-run/1";
/** Values stand deeper in a snapshot than in the run it is of. */
export const MAX_SNAPSHOT_DEPTH = MAX_JSON_DEPTH + 20;

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

/** Every value of the run that is kept outside its record, each content once. */
export function refsOf(state: RunState): readonly BlobRef[] {
  const refs = new Map<string, BlobRef>();
  const outcomes = triedStates(state).map(({ outcome }) => outcome);
  const stored = [
    ...Object.values(state.given),
    ...outcomes.flatMap((outcome) => (outcome?.ok ? Object.values(outcome.outputs) : [])),
  ];
  for (const value of stored) if (isRef(value)) refs.set(value.ref.sha256, value.ref);
  return [...refs.values()];
}

/** Seals a run with the texts of its large values. */
export function sealSnapshot(state: RunState, values: Readonly<Record<string, string>>): RunSnapshot {
  const { foreign: _, ...header } = state.header;
  const unsealed = {
    format: SNAPSHOT_FORMAT,
    run_id: header.id,
    record: JSON.parse(encodeRun({ ...state, header })) as JsonValue,
    events: signalsOf(state) as JsonValue,
    values,
  } as const;
  return { ...unsealed, sha256: valueHash(unsealed) };
}

/** What a snapshot holds: its run, and the large values the run refers to, by SHA-256. */
export interface OpenedSnapshot {
  readonly state: RunState;
  readonly values: ReadonlyMap<string, JsonValue>;
}

/**
 * Opens a snapshot that nobody has changed. Refusals: INVALID_PARAMETER for what is no snapshot or could not have been
 * exported, RECORD_NEWER for one of a later release, METADATA_HASH_MISMATCH for an edited one. Anybody can seal a file, so nothing in it is believed that matters
 * elsewhere: its run is marked as foreign, and where its values were kept is of no interest.
 */
export function openSnapshot(value: JsonValue): Result<OpenedSnapshot, Fault> {
  const snapshot = readSnapshot(value);
  if (snapshot === "newer") return err(newerFile());
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
  const read = readRun(JSON.stringify(snapshot.record));
  if (!read.ok && read.error.code === "RECORD_NEWER") return err({ ...read.error, place: "$.record" });
  const state = read.ok && isOf(read.value, snapshot) ? read.value : null;
  if (state === null) return err(notExported("its record cannot be read", "$.record"));
  const values = new Map<string, JsonValue>();
  for (const { sha256: hash } of refsOf(state)) {
    const text = Object.hasOwn(snapshot.values, hash) ? parsed(snapshot.values[hash]) : undefined;
    if (text === undefined) return err(notExported(`it does not hold the value ${hash}`, "$.values"));
    values.set(hash, text);
  }
  if (!TERMINAL_RUN.has(state.header.status)) {
    return err(fault("INVALID_STATE", `run '${state.header.id}' had not ended when it was exported`));
  }
  return ok({ state: { ...state, header: { ...state.header, foreign: true } }, values });
}

/** The run with its large values where they are now; a value that `placed` does not know stays where it is. */
export function moveValues(state: RunState, placed: ReadonlyMap<string, StoredValue>): RunState {
  const moved = (values: Readonly<Record<string, StoredValue>>): Record<string, StoredValue> =>
    Object.fromEntries(
      Object.entries(values).map(([key, value]) => [key, (isRef(value) && placed.get(value.ref.sha256)) || value]),
    );
  const inStep = (step: StepState): StepState =>
    step.outcome?.ok ? { ...step, outcome: { ...step.outcome, outputs: moved(step.outcome.outputs) } } : step;
  const segments = [...state.segments.values()].map((segment) => ({ ...segment, steps: segment.steps.map(inStep) }));
  const replaced = state.replaced?.map((one) => ({ ...one, state: inStep(one.state) }));
  return {
    ...state,
    given: moved(state.given),
    ...(replaced ? { replaced } : {}),
    segments: new Map(segments.map((segment) => [segment.id, segment])),
  };
}

const isOf = ({ header }: RunState, { run_id: id }: RunSnapshot): boolean => header.id === id && ringOf(id) !== null;

const newerFile = (): Fault =>
  fault("RECORD_NEWER", `this file was exported by a later release; this one reads ${SNAPSHOT_FORMAT}`, {
    place: "$.format",
    hint: "deploy the release that wrote it, or a later one",
  });

function parsed(text: string | undefined): JsonValue | undefined {
  try {
    return JSON.parse(text ?? "") as JsonValue;
  } catch {
    return undefined;
  }
}

const notExported = (why: string, place: string): Fault =>
  fault("INVALID_PARAMETER", `this file was not exported: ${why}`, { place, hint: "export the run again" });

function readSnapshot(value: JsonValue): RunSnapshot | "newer" | null {
  const read = upgraded(STORED_FORMS.snapshot, value);
  if (!read.ok) return read.error.code === "RECORD_NEWER" ? "newer" : null;
  const { format, record, values, sha256 } = read.value as Partial<RunSnapshot>;
  const whole =
    typeof record === "object" && typeof values === "object" && values !== null && typeof sha256 === "string";
  return format === SNAPSHOT_FORMAT && whole ? (read.value as RunSnapshot) : null;
}
