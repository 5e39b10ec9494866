import { isDeepStrictEqual } from "node:util";
import { createWireClient } from "../../src/client/wire-client.ts";
import { registerTree } from "../../src/cli/dev/register-tree.ts";
import { Random } from "../sim/random.ts";
import { bootWorker, type BootOptions } from "../support/local-worker/boot.ts";
import { PROJECT_ROOT } from "../support/local-worker/project-root.ts";
import { persistently } from "../support/local-worker/readiness.ts";
import { startServer, type ServerProcess } from "../support/local-worker/server-process.ts";
import { auditAfterlife, KEPT_DAYS } from "./audit/afterlife.ts";
import { auditArchive, packedRows } from "./audit/archive.ts";
import { auditChains } from "./audit/chains.ts";
import { auditEffects } from "./audit/effects.ts";
import { auditRings } from "./audit/rings.ts";
import { auditTrust } from "./audit/trust.ts";
import { Findings } from "./findings.ts";
import { crashNodes } from "./nodes.ts";
import { openSink } from "./sink.ts";
import { storageOf, type Storage } from "./storage.ts";
import { storyOf } from "./stories.ts";
import { pause, teller, type Teller, type Told } from "./teller.ts";
import { isWornOut } from "./worn-out.ts";

export interface CrashOptions {
  readonly runs: number;
  readonly kills: number;
  readonly seed: number;
  /** An empty folder for the data. */
  readonly persist: string;
  /** Told what happens. */
  readonly say?: (line: string) => void;
}

export interface CrashReport {
  /** Runs in the archive: a client without a key may have begun more than it knows of. */
  readonly archived: number;
  readonly told: readonly Told[];
  readonly effects: { readonly steps: number; readonly deliveries: number };
  /** Attempts beyond the first, all of them work that a kill or a failure lost. */
  readonly repeated: number;
  /** Archive objects a kill left behind; collected by the sweep. */
  readonly strays: number;
  /** Runs that failed because kill after kill cost them their leases. */
  readonly wornOut: number;
  readonly findings: Findings;
}

/** A server lives this long before it is killed, in milliseconds. */
const SHORTEST_LIFE_MS = 150;
const LIFE_SPREAD_MS = 1_250;
/** What is not at rest so long after the last kill hangs. */
const REST_MS = 90_000;
const ASK_AGAIN_MS = 250;

/**
 * The real Worker with its data on disk, killed again and again while clients keep asking, then looked over: everything it
 * promised must have come true. Which kinds of runs begin when follows from the seed; where a kill strikes does not.
 */
export async function crash({ runs, kills, seed, persist, say = () => undefined }: CrashOptions): Promise<CrashReport> {
  const random = new Random(seed);
  const findings = new Findings();
  const sink = await openSink();
  const boot: Omit<BootOptions, "onLine"> = {
    persist,
    entry: "test/support/workers/crash-worker.ts",
    // Short leases: what a kill lost is dispatched again after a second, not after half a minute.
    vars: { LEASE_GRACE_MS: "1000", RETENTION_DAYS: String(KEPT_DAYS), CRASH_SINK: sink.url },
  };
  const first = await startServer(boot);
  let server: ServerProcess | null = first;
  try {
    const target = { url: first.url, token: first.token };
    const again = { ...boot, port: Number(new URL(target.url).port), token: target.token };
    await registerNodes(target);
    let restsAt = Number.POSITIVE_INFINITY;
    const clients = teller(target, () => Date.now() > restsAt);
    const tales: Promise<Told>[] = [];
    const share = Math.ceil(runs / Math.max(1, kills));
    for (let kill = 1; kill <= kills; kill++) {
      const life = SHORTEST_LIFE_MS + random.below(LIFE_SPREAD_MS);
      const next = tales.length;
      for (let n = next; n < Math.min(runs, next + share); n++)
        tales.push(later(random.below(life), () => clients.tell(storyOf(n))));
      await pause(life);
      await server?.kill();
      say(`kill ${kill} after ${life} ms, ${tales.length} runs asked for`);
      server = null;
      if (kill < kills) server = await startServer(again);
    }
    const worker = await bootWorker(again);
    try {
      restsAt = Date.now() + REST_MS;
      for (let n = tales.length; n < runs; n++) tales.push(clients.tell(storyOf(n)));
      const told = await Promise.all(tales);
      const wornOut = judgeTold(told, kills, findings);
      const storage = await storageOf(worker);
      await rest(storage, told, restsAt, findings);
      await askAgain(told, clients, findings);
      const { runs: archived, strays } = await auditArchive(storage, findings);
      auditChains(told, archived, kills, findings);
      const effects = auditEffects(archived, sink.records, findings);
      for (const row of await storage.rows("SELECT queue, failure_reason, status FROM dead_letters"))
        findings.add("dead", `a message of ${row["queue"]} died: ${row["failure_reason"]} (${row["status"]})`);
      await auditAfterlife(storage, strays, Date.now(), findings);
      await worker.stop();
      await auditTrust(archived.values(), persist, findings);
      await auditRings(persist, findings);
      const attempts = [...archived.values()].flatMap(({ segments }) =>
        [...segments.values()].flatMap(({ steps }) => steps.map((step) => Math.max(0, step.attempts.length - 1))),
      );
      const repeated = attempts.reduce((sum, more) => sum + more, 0);
      return { archived: archived.size, told, effects, repeated, strays: strays.length, wornOut, findings };
    } finally {
      await worker.stop();
    }
  } finally {
    await server?.stop();
    await sink.stop();
  }
}

async function registerNodes({ url, token }: { readonly url: string; readonly token: string }): Promise<void> {
  const client = createWireClient({ baseUrl: url, token, name: "crash" });
  // Registering twice changes nothing, so a connection that breaks costs a repetition and not the campaign.
  await persistently(() => registerTree(client, PROJECT_ROOT));
  for (const node of crashNodes()) await persistently(() => client.nodes.register(node));
}

async function later<T>(ms: number, work: () => Promise<T>): Promise<T> {
  await pause(ms);
  return work();
}

/** How many runs were killed once too often. */
function judgeTold(told: readonly Told[], kills: number, findings: Findings): number {
  let wornOut = 0;
  for (const { story, runId, result, problem } of told) {
    const who = `the ${story.kind} run ${runId || "that never began"}`;
    if (!result) findings.add("ends", `${who}: ${problem ?? "no result"}`);
    else if (result.run_status === story.ends) continue;
    else if (isWornOut(result.error?.code, kills)) wornOut++;
    else
      findings.add(
        "ends",
        `${who} is ${result.run_status}, not ${story.ends}: ${result.error?.message ?? "no reason"}`,
      );
  }
  return wornOut;
}

/** Waits until every run is archived and nothing is on its way. */
async function rest(storage: Storage, told: readonly Told[], until: number, findings: Findings): Promise<void> {
  let before = "";
  let still = 0;
  while (Date.now() < until) {
    const own = await storage.rows("SELECT run_id, archive_key FROM runs");
    const rows = [...own, ...(await packedRows(storage))];
    const archived = new Set(rows.filter((row) => row["archive_key"] !== null).map((row) => row["run_id"]));
    const now = JSON.stringify([rows.length, archived.size, await storage.keys()]);
    const done = archived.size === rows.length && told.every(({ runId }) => runId === "" || archived.has(runId));
    still = done && now === before ? still + 1 : 0;
    // An archived batch is closed a moment after its rows are there.
    if (still * ASK_AGAIN_MS >= 2_500) return;
    before = now;
    await pause(ASK_AGAIN_MS);
  }
  findings.add("ends", "the archive did not come to rest");
}

/** Everyone asks once more, under the same key and for the same result. */
async function askAgain(told: readonly Told[], { client, begin }: Teller, findings: Findings): Promise<void> {
  for (const { story, runId, result } of told) {
    if (!result) continue;
    const now = await client.runs.result(runId).catch((thrown: unknown) => String(thrown));
    if (!isDeepStrictEqual(now, result))
      findings.add("readable", `the result of the ${story.kind} run ${runId} has changed`);
    if (story.key === null) continue;
    const again = await begin(story).catch((thrown: unknown) => String(thrown));
    if (again !== runId) findings.add("once", `the key ${story.key} began ${runId}, then ${again}`);
  }
}
