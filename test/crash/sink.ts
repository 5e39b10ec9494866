import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

/** What became of the effects of one step of one run. */
export interface Recorded {
  readonly run: string;
  readonly step: string;
  /** What the sink answered to every delivery. */
  readonly receipt: number;
  /** How often it was told. */
  deliveries: number;
  /** Each different thing it was told, as JSON. */
  readonly told: Set<string>;
}

/** The world outside: a process that outlives the Worker and recognises an idempotency key. */
export interface Sink {
  readonly url: string;
  /** By idempotency key. */
  readonly records: ReadonlyMap<string, Recorded>;
  stop(): Promise<void>;
}

interface Told {
  readonly key: string;
  readonly run: string;
  readonly step: string;
  readonly input: unknown;
}

/** Opens a sink on this machine. */
export async function openSink(): Promise<Sink> {
  const records = new Map<string, Recorded>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { key, run, step, input } = JSON.parse(Buffer.concat(chunks).toString("utf8")) as Told;
      const known = records.get(key) ?? {
        run,
        step,
        receipt: records.size + 1,
        deliveries: 0,
        told: new Set<string>(),
      };
      records.set(key, known);
      known.deliveries++;
      known.told.add(JSON.stringify([run, step, input]));
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ receipt: known.receipt, key }));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    records,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
