import { createLoad } from "../loop/load.ts";
import { openWorkflows } from "../engine/contenders.ts";
import type { Shape } from "../engine/shapes.ts";
import { cpuMsOf } from "./cpu.ts";
import { CPU_PRICE, PRICES, WORKFLOW_STORAGE_PRICE } from "./prices.ts";

/** What a million runs cost as a Workflow, in USD, by its documentation. */
export interface WorkflowBill {
  /** The Worker that creates the instance, and the instance's own invocation. */
  readonly requests: number;
  readonly cpu: number;
  readonly storage: number;
  readonly cpuMs: number;
}

const RUNS_MS = 1_500;
/** A paid plan keeps completed instances this long, in months. */
const KEPT_MONTHS = 1;

/**
 * Billing after developers.cloudflare.com/workflows/reference/pricing: invocations at the price of Worker requests, CPU
 * time, and storage by GB-month; steps and their subrequests are not billed. CPU is the whole local runtime's, so an upper
 * bound; storage is the JSON of what goes in and comes out of each step, so a lower bound.
 */
export async function billWorkflows(shapes: readonly Shape[]): Promise<ReadonlyMap<string, WorkflowBill>> {
  const load = createLoad();
  const host = await openWorkflows();
  try {
    const bills = new Map<string, WorkflowBill>();
    for (const shape of shapes) {
      const shot = host.contenders[0]?.shot(shape);
      if (!shot) continue;
      await load.rate(shot, RUNS_MS / 3, 16);
      const { cpuMs } = await cpuMsOf(async () => {
        const start = performance.now();
        const rate = await load.rate(shot, RUNS_MS, 16);
        return Math.round((rate * (performance.now() - start)) / 1_000);
      });
      const bytes = shape.before.length * JSON.stringify({ value: "hello" }).length + shot.body().length;
      bills.set(shape.slug, {
        requests: 2 * PRICES.workerRequests,
        cpu: cpuMs * CPU_PRICE,
        storage: (bytes / 1e9) * 1e6 * KEPT_MONTHS * WORKFLOW_STORAGE_PRICE,
        cpuMs,
      });
    }
    return bills;
  } finally {
    load.close();
    await host.stop();
  }
}
