import { bootWorker } from "../../support/local-worker/boot.ts";
import { quantile } from "../loop/statistics.ts";
import type { BenchOptions, BenchReport, BenchRow } from "../report.ts";
import { generate, type Generated } from "./generated.ts";

const RUNS = 1_000_000;
const QUICK_RUNS = 20_000;
const ROUNDS = 40;
const WANTED_MS = 500;

/**
 * Searches and runs' pages over a million archived runs: a generated archive in the real local D1 and R2, asked over HTTP
 * one request after the other.
 */
export async function run({ rounds, quick = false, log }: BenchOptions): Promise<BenchReport> {
  const count = quick ? QUICK_RUNS : RUNS;
  const worker = await bootWorker();
  try {
    const archive = await generate(worker.mf, count, log);
    const rows: BenchRow[] = [];
    const slowest: number[] = [];
    for (const [name, paths] of casesOf(archive, count)) {
      const times: number[] = [];
      for (let round = 0; round < (rounds ?? ROUNDS); round++)
        times.push(await timed(`${worker.url}${paths[round % paths.length] ?? ""}`, worker.token));
      log(`${name}: p50 ${quantile(times, 0.5).toFixed(1)} ms, p99 ${quantile(times, 0.99).toFixed(1)} ms`);
      slowest.push(quantile(times, 0.99));
      rows.push({ case: name, metric: "p50", value: quantile(times, 0.5), unit: "ms" });
      rows.push({ case: name, metric: "p99", value: quantile(times, 0.99), unit: "ms" });
    }
    const value = Math.max(...slowest);
    return {
      bench: "search",
      rows,
      targets: [{ name: "the slowest case, p99", target: `< ${WANTED_MS} ms`, value, met: value < WANTED_MS }],
      notes: [`${count} archived runs in objects of 500, a hundred a second; pages of 20.`],
    };
  } finally {
    await worker.stop();
  }
}

function casesOf({ from, sample }: Generated, count: number): readonly (readonly [string, readonly string[]])[] {
  const at = (share: number): string => encodeURIComponent(new Date(from + share * count * 10).toISOString());
  return [
    ["everything", ["/v1/runs?limit=20"]],
    ["in the middle of the time", [0.2, 0.5, 0.8].map((share) => `/v1/runs?limit=20&to=${at(share)}`)],
    ["a node every run has, with a tag", ["/v1/runs?limit=20&node=common&tag=nightly"]],
    ["a node one run in 20,000 has", ["/v1/runs?limit=20&node=rare"]],
    ["a node no run has", ["/v1/runs?limit=20&node=absent"]],
    ["failed", ["/v1/runs?limit=20&status=failed"]],
    ["a text in errors", ["/v1/runs?limit=20&text=in%20time"]],
    ["a run's page", sample.map((id) => `/v1/runs/${id}`)],
  ];
}

async function timed(url: string, token: string): Promise<number> {
  const started = performance.now();
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${text.slice(0, 300)}`);
  return performance.now() - started;
}
