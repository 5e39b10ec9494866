import { parseJson } from "../../../../contracts/json/narrow.ts";
import { runSnapshotFile } from "../../../../contracts/documents/run-record.ts";
import type { JsonObject, JsonValue } from "../../../../contracts/json/json.ts";
import { fault, type Fault } from "../../errors.ts";
import { faultsOfIssues, refusal } from "../../envelope/refusal.ts";
import { flawFault } from "../../json/flaw.ts";
import { jsonFlaw, MAX_JSON_DEPTH, readJson } from "../../json/read-json.ts";
import type { NodeArtifacts } from "../../registry/node.ts";
import { err, ok, type Result } from "../../result.ts";
import { STORED_FORMS } from "../../stored/forms.ts";
import { upgraded } from "../../stored/stored-form.ts";
import { encodeRun } from "./codec.ts";
import { carriedNodes, nodeJson, nodeTextsIn, type CarriedNode } from "./snapshot-nodes.ts";
import { readForeignRun } from "./foreign-run.ts";
import { textHash, valueHash } from "../model/hash.ts";
import { signalsOf } from "../views/signals.ts";
import type { RunState, StepState } from "../model/state.ts";
import { triedStates } from "../model/tried-steps.ts";
import { utf8Bytes } from "../model/utf8.ts";
import { ownOrigin } from "../model/origin.ts";
import { isRef, type BlobRef, type StoredValue } from "../model/value.ts";

export const SNAPSHOT_FORMAT = "onex-run/1";
/** Values stand deeper in a snapshot than in the run it is of. */
export const MAX_SNAPSHOT_DEPTH = MAX_JSON_DEPTH + 20;

/** A run as one file: everything needed to look at it, replay it or repeat it elsewhere. */
export type RunSnapshot = {
  readonly format: typeof SNAPSHOT_FORMAT;
  readonly run_id: string;
  /** The encoded run. */
  readonly record: JsonValue;
  /** Its signals, for readers that know nothing of the record's shape. */
  readonly events: JsonValue;
  /** The texts of values over 64 KB, by SHA-256. */
  readonly values: Readonly<Record<string, string>>;
  /** The texts of the nodes the run names; absent when it was exported without them. */
  readonly nodes?: readonly JsonObject[];
  /** SHA-256 of the canonical JSON of everything above: an edit by hand shows. */
  readonly sha256: string;
};

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

/** Seals a run with the texts of its large values, and of its nodes where they are to go along. */
export function sealSnapshot(
  state: RunState,
  values: Readonly<Record<string, string>>,
  nodes: readonly NodeArtifacts[] | null = null,
): RunSnapshot {
  const header = { ...state.header, origin: ownOrigin(state.header) };
  const unsealed = {
    format: SNAPSHOT_FORMAT,
    run_id: header.id,
    record: parseJson(encodeRun({ ...state, header })),
    events: signalsOf(state) as JsonValue,
    values,
    ...(nodes === null ? {} : { nodes: nodes.map(nodeJson) }),
  } as const;
  return { ...unsealed, sha256: valueHash(unsealed) };
}

/** What a snapshot holds: its run, and the large values the run refers to, by SHA-256. */
export interface OpenedSnapshot {
  readonly state: RunState;
  readonly values: ReadonlyMap<string, JsonValue>;
  /** The nodes it brings along. */
  readonly nodes: readonly CarriedNode[];
}

/**
 * Opens a snapshot that nobody has changed. Refusals, each with its place: INVALID_PARAMETER for what is no snapshot or
 * could not have been exported, RECORD_NEWER for one of a later release, METADATA_HASH_MISMATCH for an edited one.
 * Anybody can seal a file, so nothing in it is believed that matters elsewhere: its run is marked as foreign, and where
 * its values were kept is of no interest.
 */
export function openSnapshot(value: JsonValue): Result<OpenedSnapshot, Fault> {
  const flaw = jsonFlaw(value, { maxDepth: MAX_SNAPSHOT_DEPTH, maxValues: Number.MAX_SAFE_INTEGER });
  if (flaw) return err(flawFault("INVALID_PARAMETER", "the snapshot", flaw));
  const read = readSnapshot(value);
  if (!read.ok) return read;
  const snapshot = read.value;
  const run = readForeignRun(snapshot.record);
  if (!run.ok) return run;
  const { header } = run.value;
  if (header.id !== snapshot.run_id) return err(notExported("its record is of another run", "$.run_id"));
  const values = valuesOf(snapshot, run.value);
  if (!values.ok) return values;
  const nodes = carriedNodes((snapshot.nodes ?? []).map(nodeTextsIn), run.value);
  if (!nodes.ok) return nodes;
  const state = { ...withoutPending(run.value), header: asForeign(header) };
  return ok({ state, values: values.value, nodes: nodes.value });
}

/** The large values the run refers to, each the very text its hash and size say, and no others. */
function valuesOf(snapshot: RunSnapshot, state: RunState): Result<ReadonlyMap<string, JsonValue>, Fault> {
  const values = new Map<string, JsonValue>();
  for (const { sha256: hash, bytes } of refsOf(state)) {
    const place = `$.values["${hash}"]`;
    const text = Object.hasOwn(snapshot.values, hash) ? snapshot.values[hash] : undefined;
    if (text === undefined) return err(notExported(`it does not hold the value ${hash}`, "$.values"));
    if (textHash(text) !== hash || utf8Bytes(text) !== bytes) return err(notExported("a value is another one", place));
    const parsed = readJson(text);
    if (!parsed.ok) return err(flawFault("INVALID_PARAMETER", "a large value", parsed.error, place));
    values.set(hash, parsed.value);
  }
  const stray = Object.keys(snapshot.values).find((hash) => !values.has(hash));
  return stray === undefined ? ok(values) : err(notExported("nothing refers to a value", `$.values["${stray}"]`));
}

/** An ended run waits for nothing: what came for it too late stays where it is when it is too large to be in the record. */
function withoutPending(state: RunState): RunState {
  const segments = [...state.segments].map(
    ([id, segment]) =>
      [
        id,
        {
          ...segment,
          steps: segment.steps.map(({ arrived, ...step }) =>
            arrived && !isRef(arrived) ? { ...step, arrived } : step,
          ),
        },
      ] as const,
  );
  return { ...state, segments: new Map(segments) };
}

const asForeign = ({ mailbox, ...header }: RunState["header"]): RunState["header"] => {
  const kept = mailbox?.filter(({ payload }) => !isRef(payload)) ?? [];
  return {
    ...header,
    ...(kept.length === 0 ? {} : { mailbox: kept }),
    origin: { kind: "import", of: ownOrigin(header) },
  };
};

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

const notExported = (why: string, place: string): Fault =>
  fault("INVALID_PARAMETER", `this file was not exported: ${why}`, { place, hint: "export the run again" });

function readSnapshot(value: JsonValue): Result<RunSnapshot, Fault> {
  const current = upgraded(STORED_FORMS.snapshot, value);
  if (!current.ok && current.error.code === "RECORD_NEWER") {
    const said = `this file was exported by a later release; this one reads ${SNAPSHOT_FORMAT}`;
    return err({ ...current.error, message: said, place: "$.format" });
  }
  if (!current.ok) {
    const hint = "export one with GET /v1/runs/:id/export";
    return err(fault("INVALID_PARAMETER", `this is no ${SNAPSHOT_FORMAT} file`, { place: "$.format", hint }));
  }
  const { sha256, ...unsealed } = current.value as Readonly<Record<string, JsonValue>>;
  if (typeof sha256 === "string" && valueHash(unsealed) !== sha256) {
    const hint = "export the run again";
    return err(fault("METADATA_HASH_MISMATCH", "the snapshot is not what was exported", { place: "$.sha256", hint }));
  }
  const read = runSnapshotFile.safeParse(current.value);
  if (read.success) return ok(current.value as RunSnapshot);
  const faults = faultsOfIssues("INVALID_PARAMETER", read.error.issues, { schema: runSnapshotFile });
  return err(refusal("the snapshot", faults));
}
