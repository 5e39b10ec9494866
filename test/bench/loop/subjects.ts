import { ARCHIVED_RUNS } from "../archived-runs.ts";
import { setTimeout as pause } from "node:timers/promises";
import { createWireClient } from "../../../src/client/wire-client.ts";
import { registerTree } from "../../../src/cli/dev/register-tree.ts";
import { bootBare, bootWorker } from "../../support/local-worker/boot.ts";
import { buildWorker } from "../../support/local-worker/bundle.ts";
import { PROJECT_ROOT } from "../../support/local-worker/project-root.ts";
import type { Shot } from "./load.ts";

/** Something to measure: a case of the product, or the hand-written equivalent of some. */
export interface Subject {
  readonly name: string;
  readonly shot: Shot;
}

/** A case of the product and the floor it is measured against. */
export interface Case extends Subject {
  readonly floor: string;
}

/** A server under load. */
export interface Stand<S extends Subject> {
  readonly subjects: readonly S[];
  /** Resolves when nothing is left to do in the background. */
  quiet(): Promise<void>;
  stop(): Promise<void>;
}

const DOCUMENT = "# A document\n\nWith a few words, and no metadata block.\n";
/** Runs that are not archived by then never will be. */
const QUIET_LIMIT_MS = 60_000;
const POLICY_QUEUED = { inline: "never", fusion: "none" };

interface Goal {
  readonly name: string;
  readonly floor: string;
  readonly payload: object;
}

const THREE_NODES = { want: ["metadata.validation", "hash.verdict"], given: { "document.text": DOCUMENT } };
const ONE_NODE = { want: ["noop.output"], given: { "noop.input": "hello" } };

/** Each goal with the floor that moves as many steps the same way: its three nodes run two abreast, then one. */
const GOALS: readonly Goal[] = [
  { name: "1 node, inline", floor: "inline", payload: ONE_NODE },
  { name: "3 nodes, inline", floor: "inline", payload: THREE_NODES },
  { name: "1 node, queued", floor: "queued, 1 step", payload: { ...ONE_NODE, policy: POLICY_QUEUED } },
  { name: "3 nodes, queued", floor: "queued, 2 steps then 1", payload: { ...THREE_NODES, policy: POLICY_QUEUED } },
];

const FLOORS: Readonly<Record<string, string>> = {
  inline: "/inline",
  "queued, 1 step": "/queued?waves=1",
  "queued, 2 steps then 1": "/queued?waves=2,1",
};

/** The product, on its own Miniflare with its default settings, its built-in nodes registered. */
export async function openProduct(): Promise<Stand<Case>> {
  const worker = await bootWorker();
  const { url, token, mf } = worker;
  await registerTree(createWireClient({ baseUrl: url, token, name: "bench" }), PROJECT_ROOT);
  const database = await mf.getD1Database("DB");
  const archived = async (): Promise<number> => (await database.prepare(ARCHIVED_RUNS).first<number>("runs")) ?? 0;
  let fired = 0;
  const shotOf = (payload: object): Shot => ({
    url: `${url}/v1/envelopes`,
    headers: { authorization: `Bearer ${token}`, prefer: "wait=30" },
    body: () => {
      fired += 1;
      return JSON.stringify({ source_node: "bench", operation: "goal.run", payload });
    },
    problem: (status, text) => {
      const { success } = JSON.parse(text) as { success: unknown };
      return status === 200 && success === true ? null : text.slice(0, 300);
    },
  });
  return {
    subjects: GOALS.map(({ name, floor, payload }) => ({ name, floor, shot: shotOf(payload) })),
    async quiet() {
      const end = performance.now() + QUIET_LIMIT_MS;
      for (let done = await archived(); done < fired; done = await archived()) {
        if (performance.now() > end) throw new Error(["runs were not archived", ...worker.output()].join("\n"));
        await pause(50);
      }
    },
    stop: worker.stop,
  };
}

/** The hand-written Worker, on a Miniflare of its own with the same settings. */
export async function openFloor(): Promise<Stand<Subject>> {
  const { url, stop } = await bootBare(await buildWorker("test/bench/loop/floor-worker.ts"), {
    durableObjects: { SHARDS: { className: "Shard", useSQLite: true } },
    queueProducers: { STEPS: "steps" },
    queueConsumers: { steps: { maxBatchSize: 50, maxBatchTimeout: 0 } },
  });
  const body = JSON.stringify({ source_node: "bench", operation: "goal.run", payload: THREE_NODES });
  const problem = (status: number, text: string): string | null =>
    status === 200 && text.includes('"succeeded"') ? null : text.slice(0, 300);
  return {
    subjects: Object.entries(FLOORS).map(([name, path]) => ({
      name,
      shot: { url: `${url}${path}`, body: () => body, problem },
    })),
    quiet: () => Promise.resolve(),
    stop,
  };
}
