import { ARCHIVED_RUNS } from "../archived-runs.ts";
import { setTimeout as pause } from "node:timers/promises";
import { createWireClient, type WireClient } from "../../../src/client/wire-client.ts";
import { bootBare, bootWorker } from "../../support/local-worker/boot.ts";
import { buildWorker } from "../../support/local-worker/bundle.ts";
import type { Shot } from "../loop/load.ts";
import { graphOf, registerBenchNodes, type Kind } from "./nodes.ts";
import type { Shape } from "./shapes.ts";

/** One way to run a shape. */
export interface Contender {
  readonly name: string;
  /** The hand-written way it is compared with; null for a floor. */
  readonly floor: string | null;
  shot(shape: Shape): Shot;
}

/** A server and the contenders it hosts. */
export interface Host {
  readonly name: string;
  readonly contenders: readonly Contender[];
  /** Resolves when nothing is left to do in the background. */
  quiet(): Promise<void>;
  stop(): Promise<void>;
}

export interface EngineHost extends Host {
  readonly client: WireClient;
}

export const FLOOR_INLINE = "floor, inline";
export const FLOOR_QUEUED = "floor, queued";
export const WORKFLOWS = "Workflows";
export const ENGINE_INLINE = "engine, pure inline";
export const ENGINE_QUEUED = "engine, pure queued";
export const ENGINE_EFFECTS = "engine, effects";

/** Runs that are not archived by then never will be. */
const QUIET_LIMIT_MS = 120_000;
/** Sends every segment through the queue; fusion stays as the planner chooses. */
export const QUEUED = { inline: "never" };
export const DEEP = { max_depth: 10_000 };

/** This engine with its default settings. Completion is observed by `Prefer: wait` on the request itself. */
export async function openEngine(): Promise<EngineHost> {
  const { url, token, mf, output, stop } = await bootWorker();
  const client = createWireClient({ baseUrl: url, token, name: "bench" });
  await registerBenchNodes(client);
  const database = await mf.getD1Database("DB");
  const archived = async (): Promise<number> => (await database.prepare(ARCHIVED_RUNS).first<number>("runs")) ?? 0;
  let fired = 0;
  const contender = (name: string, floor: string, kind: Kind, policy: object): Contender => ({
    name,
    floor,
    shot(shape) {
      const payload = graphOf(shape, kind, { ...DEEP, ...policy });
      const body = JSON.stringify({ source_node: "bench", operation: "graph.run", payload });
      return {
        url: `${url}/v1/envelopes`,
        headers: { authorization: `Bearer ${token}`, prefer: "wait=60" },
        body: () => {
          fired += 1;
          return body;
        },
        problem: (status, text) => (status === 200 && text.includes('"success":true') ? null : text.slice(0, 300)),
      };
    },
  });
  return {
    name: "engine",
    client,
    contenders: [
      contender(ENGINE_INLINE, FLOOR_INLINE, "pure", {}),
      contender(ENGINE_QUEUED, FLOOR_QUEUED, "pure", QUEUED),
      contender(ENGINE_EFFECTS, FLOOR_QUEUED, "effect", {}),
    ],
    async quiet() {
      const end = performance.now() + QUIET_LIMIT_MS;
      for (let done = await archived(); done < fired; done = await archived()) {
        if (performance.now() > end) throw new Error(["runs were not archived", ...output()].join("\n"));
        await pause(50);
      }
    },
    stop,
  };
}

/** Cloudflare Workflows in a Miniflare of its own, completion observed by the promise of the local engine. */
export async function openWorkflows(): Promise<Host> {
  const { url, stop } = await bootBare(await buildWorker("test/bench/engine/workflow-worker.ts"), {
    workflows: { STEPS: { name: "steps", className: "Steps" } },
  });
  return {
    name: "workflows",
    contenders: [
      {
        name: WORKFLOWS,
        floor: FLOOR_QUEUED,
        shot: (shape) => bareShot(`${url}/run?shape=${shape.slug}&observe=engine`, '"complete"'),
      },
    ],
    quiet: () => Promise.resolve(),
    stop,
  };
}

/** The hand-written Worker. */
export async function openFloor(): Promise<Host> {
  const { url, stop } = await bootBare(await buildWorker("test/bench/engine/floor-worker.ts"), {
    durableObjects: { SHARDS: { className: "Shard", useSQLite: true } },
    queueProducers: { STEPS: "steps" },
    queueConsumers: { steps: { maxBatchSize: 50, maxBatchTimeout: 0 } },
  });
  const floor = (name: string, path: string): Contender => ({
    name,
    floor: null,
    shot: (shape) => bareShot(`${url}/${path}?shape=${shape.slug}`, '"succeeded"'),
  });
  return {
    name: "floor",
    contenders: [floor(FLOOR_INLINE, "inline"), floor(FLOOR_QUEUED, "queued")],
    quiet: () => Promise.resolve(),
    stop,
  };
}

function bareShot(url: string, wanted: string): Shot {
  const body = JSON.stringify({ source_node: "bench", operation: "graph.run", payload: "hello" });
  return {
    url,
    body: () => body,
    problem: (status, text) => (status === 200 && text.includes(wanted) ? null : text.slice(0, 300)),
  };
}
