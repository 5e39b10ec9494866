import { createWireClient, type WireClient } from "../../../src/client/wire-client.ts";
import { serverSentEvents } from "../../../src/client/server-sent-events.ts";
import { registerTree } from "../../../src/cli/dev/register-tree.ts";
import { bootWorker } from "../../support/local-worker/boot.ts";
import { PROJECT_ROOT } from "../../support/local-worker/project-root.ts";
import { median, quantile } from "../loop/statistics.ts";
import type { BenchOptions, BenchReport } from "../report.ts";

const ROUNDS = 40;
/** The first signal is to be there by then, in milliseconds. */
const WANTED_MS = 50;
/** A run that waits for the event `news`. */
const WAITING = { steps: [{ id: "news", node: "wait_event" }], given: {} };

interface Stand {
  readonly client: WireClient;
  readonly url: string;
  readonly token: string;
}

/** Waits until a signal after the number arrives, once it is subscribed. */
type Subscribe = (stand: Stand, runId: string, after: number) => Promise<{ readonly heard: Promise<void> }>;

/**
 * How long the first signal takes to whoever follows a run, under no load: from the moment the event is sent that causes
 * it, so that the way in is part of the figure.
 */
export async function run({ rounds, quick = false, log }: BenchOptions): Promise<BenchReport> {
  const { url, token, stop } = await bootWorker();
  try {
    const stand: Stand = { client: createWireClient({ baseUrl: url, token, name: "bench" }), url, token };
    await registerTree(stand.client, PROJECT_ROOT);
    const total = rounds ?? (quick ? 5 : ROUNDS);
    const figures: { readonly name: string; readonly times: readonly number[] }[] = [];
    for (const [name, subscribe] of SUBSCRIBERS) {
      await firstSignal(stand, subscribe);
      const times: number[] = [];
      for (let round = 0; round < total; round++) times.push(await firstSignal(stand, subscribe));
      log(`${name}: ${median(times).toFixed(1)} ms`);
      figures.push({ name, times });
    }
    return {
      bench: "signals",
      rows: figures.flatMap(({ name, times }) => [
        { case: `first signal, ${name}`, metric: "p50", value: median(times), unit: "ms" },
        { case: `first signal, ${name}`, metric: "p95", value: quantile(times, 0.95), unit: "ms" },
      ]),
      targets: figures.map(({ name, times }) => ({
        name: `first signal reaches a subscriber, ${name}`,
        target: `< ${WANTED_MS} ms`,
        value: median(times),
        met: median(times) < WANTED_MS,
      })),
      notes: [`From sending the event that causes the signal to having read it, ${total} runs each, one at a time.`],
    };
  } finally {
    await stop();
  }
}

async function firstSignal(stand: Stand, subscribe: Subscribe): Promise<number> {
  const { client } = stand;
  const { runId } = await client.envelopes.send({ operation: "graph.run", payload: WAITING });
  const { heard } = await subscribe(stand, runId, (await lastSignal(stand, runId)) ?? 0);
  const start = performance.now();
  await Promise.all([heard, client.runs.sendEvent(runId, "news", null)]);
  return performance.now() - start;
}

async function lastSignal({ url, token }: Stand, runId: string): Promise<number | undefined> {
  const headers = { authorization: `Bearer ${token}`, accept: "application/json" };
  const page = (await (await fetch(`${url}/v1/runs/${runId}/events`, { headers })).json()) as {
    readonly events: readonly { readonly seq: number }[];
  };
  return page.events.at(-1)?.seq;
}

const overEvents: Subscribe = async ({ url, token }, runId, after) => {
  const abort = new AbortController();
  const response = await fetch(`${url}/v1/runs/${runId}/events?after=${after}`, {
    headers: { authorization: `Bearer ${token}`, accept: "text/event-stream" },
    signal: abort.signal,
  });
  const first = async (): Promise<void> => {
    for await (const { data } of serverSentEvents(response)) if (data !== "") break;
  };
  return { heard: first() };
};

const overSocket: Subscribe = async ({ url, token }, runId, after) => {
  // Node's WebSocket takes headers, which browsers do not.
  const Socket = WebSocket as unknown as new (url: string, options: object) => WebSocket;
  const socket = new Socket(`${url.replace("http", "ws")}/v1/runs/${runId}/events?after=${after}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const heard = new Promise<void>((resolve, reject) => {
    socket.addEventListener("message", () => (resolve(), socket.close()), { once: true });
    socket.addEventListener("error", () => reject(new Error("the socket failed")), { once: true });
  });
  await new Promise((resolve) => socket.addEventListener("open", resolve, { once: true }));
  return { heard };
};

const SUBSCRIBERS: readonly (readonly [string, Subscribe])[] = [
  ["server-sent events", overEvents],
  ["WebSocket", overSocket],
];
