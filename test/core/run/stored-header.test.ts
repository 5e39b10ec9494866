import { describe, expect, it } from "vitest";
import { decodeRun, encodeRun, readRun } from "../../../src/core/run/codec/codec.ts";
import { CLIENT, depthOf, isForeign, isRerun, triggerOf, type RunOrigin } from "../../../src/core/run/model/origin.ts";
import type { RunState } from "../../../src/core/run/model/state.ts";
import { viewRun } from "../../../src/core/run/views/view.ts";
import { sketchPlan } from "../../support/plans.ts";
import { beginRun } from "../../support/runs.ts";

const BEGUN = beginRun(sketchPlan([{ id: "a" }]), 7);
const withOrigin = (origin: RunOrigin): RunState => ({ ...BEGUN, header: { ...BEGUN.header, origin } });
const RERUN: RunOrigin = { kind: "rerun", runId: "r00_b", from: "a", depth: 2 };
const CHAIN: RunOrigin = { kind: "chain", runId: "r00_b", depth: 3 };
const TRIGGER: RunOrigin = { kind: "trigger", id: "t", group: "g", idempotentKey: "k", node: null, part: 1 };
const IMPORT: RunOrigin = { kind: "import", of: RERUN };

/** The record as the first version wrote it. */
function firstVersion(members: object): string {
  const record = JSON.parse(encodeRun(BEGUN)) as { header: object };
  return JSON.stringify({ ...record, v: 1, header: { ...record.header, ...members } });
}

describe("a stored header", () => {
  it("takes no room for what most runs have in common", () => {
    const { header } = JSON.parse(encodeRun(BEGUN)) as { header: object };
    for (const member of ["principal", "trace", "origin"]) expect(header).not.toHaveProperty(member);
    expect(decodeRun(encodeRun(BEGUN)).header).toEqual(BEGUN.header);
  });

  it.each([RERUN, CHAIN, TRIGGER, IMPORT])("keeps who asked, the trace and the origin: $kind", (origin) => {
    const { header } = withOrigin(origin);
    const asked = { ...header, principal: "token:alice", trace: "00-1-2-01" };
    expect(decodeRun(encodeRun({ ...BEGUN, header: asked })).header).toEqual(asked);
  });

  it.each([
    ["a client", {}, CLIENT],
    ["a rerun", { lineage: { kind: "rerun", runId: "r00_b", from: "a", depth: 2 } }, RERUN],
    ["a chain", { lineage: { kind: "chain", runId: "r00_b", from: null, depth: 3 } }, CHAIN],
    ["a trigger", { trigger: { id: "t", group: "g", idempotentKey: "k", node: null, part: 1 } }, TRIGGER],
    ["a file", { foreign: true }, { kind: "import", of: CLIENT }],
    ["a file of a rerun", { foreign: true, lineage: { kind: "rerun", runId: "r00_b", from: "a", depth: 2 } }, IMPORT],
  ])("of the first version is read: %s", (_, members, origin) => {
    const read = readRun(firstVersion(members));
    expect(read.ok && read.value.header).toEqual({ ...BEGUN.header, origin });
    // Whatever is shown of the two is the same.
    expect(read.ok && viewRun(read.value)).toEqual(viewRun(withOrigin(origin as RunOrigin)));
  });

  it.each([
    { lineage: 7 },
    { lineage: { kind: "neither", runId: "r", from: null, depth: 1 } },
    { lineage: { kind: "chain", runId: "r", from: null, depth: 1 }, trigger: { id: "t" } },
    { trigger: { id: "t" } },
    { trigger: "t" },
    { origin: { kind: "schedule" } },
    { origin: { kind: "import", of: { kind: "import", of: { kind: "client" } } } },
    { origin: null },
    { principal: 7 },
    { trace: 7 },
  ])("that fits nothing is refused: %j", (members) => {
    expect(readRun(firstVersion(members))).toMatchObject({ ok: false, error: { code: "RECORD_UNREADABLE" } });
  });
});

describe("an origin", () => {
  it("is asked through the file a run came in", () => {
    const of = (origin: RunOrigin) => withOrigin(origin).header;
    expect([CLIENT, RERUN, CHAIN, TRIGGER, IMPORT].map((origin) => depthOf(of(origin)))).toEqual([0, 2, 3, 0, 2]);
    expect([CLIENT, RERUN, IMPORT].map((origin) => isRerun(of(origin)))).toEqual([false, true, true]);
    expect([CLIENT, RERUN, IMPORT].map((origin) => isForeign(of(origin)))).toEqual([false, false, true]);
    expect(triggerOf(of({ kind: "import", of: TRIGGER }))).toEqual(TRIGGER);
    expect(triggerOf(of(CHAIN))).toBeNull();
  });
});
