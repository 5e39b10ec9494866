import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { observationsOf } from "../../src/core/run/reduce/observations.ts";
import type { RunState } from "../../src/core/run/model/state.ts";
import { addObservation, emptyTotals, type TrustTotals } from "../../src/core/trust/totals.ts";
import { temporaryFolder } from "../e2e/support/temporary-folder.ts";
import { auditAfterlife } from "./audit/afterlife.ts";
import { auditArchive } from "./audit/archive.ts";
import { auditChains } from "./audit/chains.ts";
import { auditEffects } from "./audit/effects.ts";
import { auditRings } from "./audit/rings.ts";
import { auditTrust } from "./audit/trust.ts";
import { Findings } from "./findings.ts";
import { reportOf } from "./report.ts";
import type { Recorded } from "./sink.ts";
import { storyOf } from "./stories.ts";
import type { Told } from "./teller.ts";
import { endedRun, sampleArchive, SEGMENT, storageOfSample, VALUE, type Sample } from "./support/sample-archive.ts";

const STATE = endedRun();
const ID = STATE.header.id;
const promises = ({ list }: Findings): readonly string[] => [...new Set(list.map(({ promise }) => promise))].toSorted();

describe("the audit of the archive", () => {
  const audit = async (spoil: (sample: Sample) => void) => {
    const sample = sampleArchive();
    spoil(sample);
    const findings = new Findings();
    return { ...(await auditArchive(storageOfSample(sample), findings)), findings };
  };

  it("is content where everything is in its place", async () => {
    const { findings, runs, strays } = await audit(() => undefined);
    expect([findings.list, [...runs.keys()], strays]).toEqual([[], [ID], []]);
  });

  it("tells an object without rows from one that nobody may have", async () => {
    const { findings, strays } = await audit(({ objects }) => objects.set("runs/2026-01-01/b.ndjson", "x\n"));
    expect([findings.list, strays]).toEqual([[], ["runs/2026-01-01/b.ndjson"]]);
  });

  const row = ({ tables }: Sample) => tables["runs"]?.[0] ?? {};
  it.each<[string, string[], (sample: Sample) => unknown]>([
    ["an unfinished row", ["ends"], (sample) => (row(sample)["finished_at"] = null)],
    ["a row without a record", ["archive", "values"], (sample) => (row(sample)["archive_key"] = null)],
    ["a row with another status", ["archive", "values"], (sample) => (row(sample)["status"] = "failed")],
    ["a record that is gone", ["archive", "values"], ({ objects }) => objects.delete(SEGMENT)],
    ["a record without a row", ["archive"], ({ objects }) => objects.set(SEGMENT, `${objects.get(SEGMENT)}{}\n`)],
    ["a dead record", ["archive"], ({ tables }) => tables["erasures"]?.push({ segment: SEGMENT })],
    ["a value that is gone", ["values"], ({ objects }) => objects.delete(VALUE)],
    ["a value of nobody", ["values"], ({ objects }) => objects.set(`${VALUE}d`, "{}")],
    ["a value no table knows", ["values"], ({ tables }) => tables["value_refs"]?.pop()],
    ["a cached result of nothing", ["values"], ({ tables }) => tables["result_cache"]?.push({ blobs: '["cache/x"]' })],
    ["a cached value of no result", ["values"], ({ objects }) => objects.set("cache/x", "{}")],
    ["a reference of no run", ["values"], ({ tables }) => tables["value_refs"]?.push({ key: VALUE, run_id: "r00_x" })],
  ])("finds %s", async (_, broken, spoil) => {
    expect(promises((await audit(spoil)).findings)).toEqual(broken);
  });

  it("sees whether what is old goes", async () => {
    for (const [collects, broken] of [
      [true, []],
      [false, ["archive", "gone"]],
    ] as const) {
      const findings = new Findings();
      await auditAfterlife(storageOfSample(sampleArchive(), collects), [SEGMENT], 0, findings);
      expect(promises(findings)).toEqual(broken);
    }
  });
});

describe("the audit of chains", () => {
  const told = (sequels: number): Told => ({
    story: { ...storyOf(0), sequels: Array.from({ length: sequels }, () => ({})) },
    runId: ID,
    result: { run_status: "succeeded" } as Told["result"] & object,
    problem: null,
  });
  const follower = (id: string, status: "succeeded" | "failed" = "succeeded"): [string, RunState] => [
    id,
    { ...STATE, header: { ...STATE.header, id, status, origin: { kind: "chain", runId: ID, depth: 1 } } },
  ];
  it.each<[string, number, [string, RunState][], number]>([
    ["is content with one for one", 1, [follower("a")], 0],
    ["finds one that never came", 1, [], 1],
    ["finds one that came twice", 1, [follower("a"), follower("b")], 1],
    ["finds one nobody asked for", 0, [follower("a")], 1],
    ["finds one that failed", 1, [follower("a", "failed")], 1],
  ])("%s", (_, sequels, followers, found) => {
    const findings = new Findings();
    auditChains([told(sequels)], new Map([[ID, STATE], ...followers]), 9, findings);
    expect(findings.list).toHaveLength(found);
  });
});

describe("the audit of effects", () => {
  const told: Recorded = { run: ID, step: "crash_record", receipt: 7, deliveries: 2, told: new Set(["a"]) };
  const audit = (records: Readonly<Record<string, Recorded>>) => {
    const findings = new Findings();
    const count = auditEffects(new Map([[ID, STATE]]), new Map(Object.entries(records)), findings);
    return { count, findings };
  };
  const KEY = `${ID}/crash_record`;

  it("is content where the world and the run say the same", () => {
    const { count, findings } = audit({ [KEY]: told });
    expect([count, findings.list]).toEqual([{ steps: 1, deliveries: 2 }, []]);
  });

  it.each<[string, Readonly<Record<string, Recorded>>]>([
    ["an effect that never was", {}],
    ["another receipt", { [KEY]: { ...told, receipt: 8 } }],
    ["a key that is not the step's", { [KEY]: told, other: told }],
    ["two different orders under one key", { [KEY]: { ...told, told: new Set(["a", "b"]) } }],
    ["an effect of a run nobody knows", { [KEY]: told, "r00_x/s": { ...told, run: "r00_x", step: "s" } }],
    ["an effect of a step that was never dispatched", { [KEY]: told, [`${ID}/s`]: { ...told, step: "s" } }],
  ])("finds %s", (_, records) => {
    expect(promises(audit(records).findings)).toEqual(["effects"]);
  });
});

describe("the audits of objects at rest", () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(() => folder.remove());

  async function database(className: string, sql: string): Promise<DatabaseSync> {
    const path = join(folder.path, "do", `onex-${className}`);
    await mkdir(path, { recursive: true });
    const opened = new DatabaseSync(join(path, `${"a".repeat(64)}.sqlite`));
    opened.exec(sql);
    return opened;
  }

  const SLOTS =
    "CREATE TABLE slots (n INTEGER PRIMARY KEY, owner TEXT, part TEXT, born INTEGER, chars INTEGER, due_at INTEGER, body TEXT)";

  it("find what a ring should have forgotten", async () => {
    const ring = await database("RunRing", SLOTS);
    // The list names slot 3 as free, and slot 2 as it was before it was taken again.
    ring.exec(`INSERT INTO slots VALUES (0,'','',0,0,NULL,'[[5,3,1,2,2]]'), (1,'~trust','000000',4,2,NULL,'{}'),
      (2,'~keys','due',5,0,9,''), (3,'r00_z','r',1,1,NULL,'x')`);
    const rested = new Findings();
    await auditRings(folder.path, rested);
    expect(rested.list).toEqual([]);
    ring.exec("INSERT INTO slots VALUES (4,'~outbox','17',6,2,9,'{}'), (5,'r00_b','r',7,2,NULL,'{}')");
    ring.close();
    const findings = new Findings();
    await auditRings(folder.path, findings);
    expect(findings.list.map(({ promise }) => promise)).toEqual(["rings", "rings"]);
  });

  it("count trust anew", async () => {
    const [first] = observationsOf(STATE);
    const totals = addObservation(emptyTotals(), first?.observation ?? { x: 0, w: 0, at: 0 });
    expect(totals.samples).toBe(1);
    const page = JSON.stringify({ last: 1, books: [{ tenant: "default", node: first?.node, totals }] });
    const ring = await database("RunRing", SLOTS);
    ring.exec(`INSERT INTO slots VALUES (1, '~trust', '000000', 1, 2, NULL, '${page}')`);
    ring.close();
    const memory = await database(
      "TrustMemory",
      `CREATE TABLE owner (tenant TEXT, name TEXT); INSERT INTO owner VALUES ('default', 'crash_record');
       CREATE TABLE totals (version TEXT, source TEXT, sx TEXT, sw TEXT, samples INTEGER, successes INTEGER, failures INTEGER)`,
    );
    const keep = ({ sx, sw, samples, successes, failures }: TrustTotals): void => {
      const insert = "INSERT INTO totals VALUES ('1.0.0', 'ring-00', ?, ?, ?, ?, ?)";
      memory.exec("DELETE FROM totals");
      memory.prepare(insert).run(sx, sw, samples, successes, failures);
    };
    const audit = async (): Promise<readonly string[]> => {
      const findings = new Findings();
      await auditTrust([STATE], folder.path, findings);
      return findings.list.map(({ what }) => what.split(" hold")[0] ?? "");
    };
    keep(totals);
    expect(await audit()).toEqual([]);
    keep({ ...totals, samples: 2 });
    expect(await audit()).toEqual(["the memories"]);
    memory.close();
  });
});

describe("the report", () => {
  it("names what was broken, and sums up in its last line", () => {
    const findings = new Findings();
    findings.add("values", "no run refers to x");
    findings.add("ends", "run y hangs");
    const report = {
      archived: 1,
      told: [],
      effects: { steps: 2, deliveries: 3 },
      repeated: 1,
      strays: 0,
      wornOut: 0,
      findings,
    };
    const lines = reportOf(report, { runs: 5, kills: 6 });
    expect(lines).toContain("broken: every large value is referred to, every reference is there (1 times)");
    expect(lines).toContain("  run y hangs");
    expect(lines.at(-1)).toBe("runs 5 · kills 6 · completed 0 · effects 2 · orphans 1 · violations 2");
  });
});
