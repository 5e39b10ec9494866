import { describe, expect, it } from "vitest";
import { MESSAGE_FORMS, MESSAGE_TYPES } from "../../../src/core/messages/forms.ts";
import { readMessage } from "../../../src/core/messages/read-message.ts";
import { storePlan } from "../../../src/core/plan/stored/stored-plan.ts";
import { encodeChange, encodeRun } from "../../../src/core/run/codec/codec.ts";
import { newMark } from "../../../src/core/run/quarantine/mark.ts";
import { STORED_FORMS, type StoredKind } from "../../../src/core/stored/forms.ts";
import { currentVersion, readStored, type StoredForm } from "../../../src/core/stored/stored-form.ts";
import { emptyTotals } from "../../../src/core/trust/totals.ts";
import { sketchPlan } from "../../support/plans.ts";
import { beginRun } from "../../support/runs.ts";
import { sampleNode } from "../../support/sample-node.ts";

const RUN = beginRun(sketchPlan([{ id: "a" }]));
const CHANGE = encodeChange({ ...RUN, segments: [...RUN.segments.values()], intents: [] });
const parsed = (text: string): unknown => JSON.parse(text) as unknown;

/** A record of each kind, as it is written now. A kind that is missing does not compile. */
const WRITTEN: Readonly<Record<StoredKind, unknown>> = {
  run: parsed(encodeRun(RUN)),
  "run change": parsed(CHANGE),
  plan: storePlan(RUN.plan),
  tombstone: { v: 1, hash: "5f" },
  "quarantine mark": { v: 1, ...newMark({ code: "RECORD_NEWER", message: "m", since: 1 }, STORED_FORMS, 1) },
  "archive batch": { v: 1, runs: [] },
  "trust page": { v: 1, last: 1, books: [{ tenant: "t", node: "n@1.0.0", totals: emptyTotals() }] },
  "free slots": [[1_000, 1, 1, 2, 3]],
  snapshot: { format: "onex-run/1", run_id: "r" },
  "node definition": sampleNode(),
  "cached outputs": { "text.loud": { v: "HEY" }, v: { v: "a contract key of one letter" } },
  "trigger parts": [{ taker: "n@1.0.0", runId: null, refused: null }],
  "lost work item": { segment: "s", epoch: 1, steps: [{ id: "a", attempt: 1 }] },
  "listed texts": ["a", "b"],
  "trust history": [{ at: 1, score: 0.5, confidence: 0.5, samples: 1 }],
  "limit entry": { holder: { runId: "r", segment: "s" }, token: "s.1", until: 5 },
  "pool entry": { v: 1, item: { work: {} }, lease: null },
};

/** How the record would say that it is of a version. */
function inVersion(kind: StoredKind, version: number): unknown {
  const record = WRITTEN[kind];
  if (kind === "snapshot") return { ...(record as object), format: `onex-run/${version}` };
  if (kind === "plan") return { ...(record as object), form: version };
  return Array.isArray(record) ? { v: version, list: record } : { ...(record as object), v: version };
}

const kinds = Object.keys(WRITTEN) as StoredKind[];
const read = (form: StoredForm, stored: unknown) => readStored(form, JSON.stringify(stored), (record) => record);

describe.each(kinds)("%s", (kind) => {
  const form = STORED_FORMS[kind];
  /** The release after this one. */
  const later: StoredForm = { ...form, upgraders: [...form.upgraders, (now: unknown) => ({ now })] };
  const next = inVersion(kind, currentVersion(later));

  it("is read as it is written now", () => {
    expect(read(form, WRITTEN[kind])).toEqual({ ok: true, value: WRITTEN[kind] });
  });

  it("is read by the release after this one through its upgrader", () => {
    expect(read(later, WRITTEN[kind])).toEqual({ ok: true, value: { now: WRITTEN[kind] } });
    expect(read(later, next)).toEqual({ ok: true, value: next });
  });

  it("of that release is newer to this one, rolled back to, and says which release reads it", () => {
    for (const version of [currentVersion(later), 99]) {
      expect(read(form, inVersion(kind, version))).toMatchObject({
        ok: false,
        error: {
          code: "RECORD_NEWER",
          hint: "deploy the release that wrote it, or a later one",
          details: { version, ours: currentVersion(form) },
        },
      });
    }
  });

  it("that is cut anywhere is unreadable", () => {
    const text = JSON.stringify(WRITTEN[kind]);
    for (const length of [0, 1, Math.floor(text.length / 2), text.length - 1])
      expect(readStored(form, text.slice(0, length), (record) => record)).toMatchObject({
        ok: false,
        error: { code: "RECORD_UNREADABLE" },
      });
  });
});

describe.each(MESSAGE_TYPES)("a %s message", (type) => {
  const form = MESSAGE_FORMS[type];

  it("of a later version is a dead letter with a code and a hint, and keeps what it says", () => {
    for (const version of [currentVersion(form) + 1, 99]) {
      expect(readMessage({ type, version })).toMatchObject({
        ok: false,
        errorType: "valid_unrouted",
        messageType: type,
        cause: { code: "RECORD_NEWER", hint: "deploy the release that wrote it, or a later one" },
      });
    }
  });

  it("is brought to the version of the release after this one", () => {
    const later = { ...form, upgraders: [...form.upgraders, (old: object) => ({ ...old, version: 2 })] };
    expect(read(later, { type, version: 1 })).toEqual({ ok: true, value: { type, version: 2 } });
    expect(read(later, { type })).toEqual({ ok: true, value: { type, version: 2 } });
  });
});
