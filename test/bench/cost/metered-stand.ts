import { ARCHIVED_RUNS } from "../archived-runs.ts";
import { setTimeout as pause } from "node:timers/promises";
import { createWireClient } from "../../../src/client/wire-client.ts";
import { bootWorker } from "../../support/local-worker/boot.ts";
import { registerBenchNodes } from "../engine/nodes.ts";
import type { Counts } from "./meter.ts";
import type { Sample } from "./split.ts";

/** The real Worker, its billable operations counted. */
export interface MeteredStand {
  /** Sends so many runs, `inFlight` at a time, and waits until they are archived: what that took. */
  sample(payload: object, runs: number, inFlight?: number): Promise<Sample>;
  /** The sweep at a time, in milliseconds since the epoch: what that took. */
  sweep(at: number): Promise<Counts>;
  stop(): Promise<void>;
}

const LIMIT_MS = 60_000;

/** @param rings "1" puts all runs into one ring, so that the number of batches does not depend on chance */
export async function openMetered(rings: string): Promise<MeteredStand> {
  const worker = await bootWorker({ entry: "test/bench/cost/metered-worker.ts", vars: { RINGS: rings } });
  const { url, token, mf, stop } = worker;
  const database = await mf.getD1Database("DB");
  await registerBenchNodes(createWireClient({ baseUrl: url, token, name: "bench" }));
  let sent = 0;
  const counts = async (path: string): Promise<Counts> => (await fetch(`${url}${path}`)).json() as Promise<Counts>;
  const archived = async (): Promise<number> => (await database.prepare(ARCHIVED_RUNS).first<number>("runs")) ?? 0;
  const send = async (payload: object): Promise<void> => {
    sent += 1;
    const answer = await fetch(`${url}/v1/envelopes`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, prefer: "wait=60", "content-type": "application/json" },
      body: JSON.stringify({ source_node: "bench", operation: "graph.run", payload }),
    });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`a run was answered ${answer.status}: ${text.slice(0, 300)}`);
  };
  const idle = async (): Promise<void> => {
    const end = performance.now() + LIMIT_MS;
    for (;;) {
      const { messagesSent, messagesSettled } = await counts("/__counts");
      if (messagesSent === messagesSettled && (await archived()) === sent) return;
      if (performance.now() > end) throw new Error(["runs were not archived", ...worker.output()].join("\n"));
      await pause(20);
    }
  };
  return {
    async sample(payload, runs, inFlight = 1) {
      await counts("/__counts?reset");
      let next = 0;
      const lane = async (): Promise<void> => {
        while (next++ < runs) await send(payload);
      };
      await Promise.all(Array.from({ length: Math.min(inFlight, runs) }, lane));
      await idle();
      return { runs, counts: await counts("/__counts?reset") };
    },
    async sweep(at) {
      await counts("/__counts?reset");
      const before = await archived();
      await fetch(`${url}/__sweep?at=${at}`, { method: "POST" });
      sent -= before - (await archived());
      return counts("/__counts?reset");
    },
    stop,
  };
}
