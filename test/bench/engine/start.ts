import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { createWireClient } from "../../../src/client/wire-client.ts";
import { bootWorker } from "../../support/local-worker/boot.ts";
import { buildWorker } from "../../support/local-worker/bundle.ts";
import type { BenchRow, BenchTarget } from "../report.ts";
import { median } from "../loop/statistics.ts";
import { registerBenchNodes } from "./nodes.ts";

const GOAL = { node: "bench_pure", input: { "noop.input": "hello" } };

/** What a deployment pays before anything runs: the first request of a new process, and the size of its code. */
export async function measureStart(rounds: number): Promise<{ rows: BenchRow[]; targets: BenchTarget[] }> {
  const first = await firstRequests(rounds);
  const bytes = await compressedBytes();
  return {
    rows: [
      { case: "start", metric: "first run after boot, p50", value: median(first), unit: "ms" },
      { case: "bundle", metric: "gzip, without the sandbox's wasm", value: bytes / 1_000, unit: "KB" },
    ],
    targets: [
      { name: "first run after boot", target: "< 1000 ms", value: median(first), met: median(first) < 1_000 },
      { name: "bundle, compressed", target: "< 1 MB", value: bytes / 1e6, met: bytes < 1e6 },
    ],
  };
}

/** Boots on data that is there, so that the first request loads the code, the registry and a ring. */
async function firstRequests(rounds: number): Promise<readonly number[]> {
  const persist = await mkdtemp(join(tmpdir(), "onex-start-"));
  try {
    const seeding = await bootWorker({ persist });
    await registerBenchNodes(createWireClient({ baseUrl: seeding.url, token: seeding.token }));
    await seeding.stop();
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const worker = await bootWorker({ persist });
      try {
        const start = performance.now();
        const answer = await fetch(`${worker.url}/v1/envelopes`, {
          method: "POST",
          headers: { authorization: `Bearer ${worker.token}`, "content-type": "application/json" },
          body: JSON.stringify({ source_node: "bench", operation: "node.execute", payload: GOAL }),
        });
        if (answer.status !== 200) throw new Error(`the first run was answered ${answer.status}`);
        await answer.text();
        times.push(performance.now() - start);
      } finally {
        await worker.stop();
      }
    }
    return times;
  } finally {
    await rm(persist, { recursive: true, force: true });
  }
}

async function compressedBytes(): Promise<number> {
  const { modules } = await buildWorker();
  const texts = modules.flatMap(({ type, contents }) => (type === "ESModule" ? [contents] : []));
  return texts.reduce((sum, text) => sum + gzipSync(text).length, 0);
}
