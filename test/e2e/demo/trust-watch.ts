import { setTimeout as pause } from "node:timers/promises";
import type { WireClient } from "../../../src/client/wire-client.ts";
import { DemoFailure, nodePage } from "./answers.ts";

export interface TrustReading {
  readonly score: number;
  readonly samples: number;
}

/** Node name → its newest version's trust. */
export type TrustReadings = Readonly<Record<string, TrustReading>>;

const ASK_EVERY_MS = 250;
const LIMIT_MS = 60_000;

export async function readTrust(client: WireClient, names: readonly string[]): Promise<TrustReadings> {
  const entries = names.map(async (name) => {
    const [newest] = nodePage.parse(await client.nodes.get(name)).versions;
    return [name, { score: newest?.trust.score ?? 0, samples: newest?.trust.samples ?? 0 }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/**
 * Reads the trust of nodes once every observation counts: ended runs reach the nodes' memories a moment later, in
 * batches. `expected` is the samples each node must have by then.
 */
export async function settledTrust(
  client: WireClient,
  expected: Readonly<Record<string, number>>,
): Promise<TrustReadings> {
  const end = performance.now() + LIMIT_MS;
  for (;;) {
    const readings = await readTrust(client, Object.keys(expected));
    const missing = Object.entries(expected).filter(([name, samples]) => (readings[name]?.samples ?? 0) < samples);
    if (missing.length === 0) return readings;
    if (performance.now() > end) {
      throw new DemoFailure(`the trust of ${missing.map(([name]) => name).join(", ")} did not take in every run`);
    }
    await pause(ASK_EVERY_MS);
  }
}
