import { Agent, request } from "node:http";

/** A request to repeat. */
export interface Shot {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: () => string;
  /** Says what is wrong with an answer, or null: a benchmark of refusals would be fast and worthless. */
  readonly problem: (status: number, text: string) => string | null;
}

/** How long a connection may be idle. */
const IDLE_MS = 2_000;

/** A load generator over kept-alive connections to one server. */
export interface Load {
  /** Sends one after the other for so long; the latency of each, in milliseconds. */
  alone(shot: Shot, ms: number): Promise<readonly number[]>;
  /** Keeps so many in flight for so long; finished ones a second. */
  rate(shot: Shot, ms: number, inFlight: number): Promise<number>;
  close(): void;
}

export function createLoad(): Load {
  // The server closes what has been idle for five seconds: let go first, or a request meets a closing connection.
  const agent = new Agent({ keepAlive: true, maxSockets: 64, timeout: IDLE_MS });
  return {
    async alone(shot, ms) {
      const latencies: number[] = [];
      const end = performance.now() + ms;
      for (let start = performance.now(); start < end; start = performance.now()) {
        await fire(agent, shot);
        latencies.push(performance.now() - start);
      }
      return latencies;
    },
    async rate(shot, ms, inFlight) {
      const start = performance.now();
      let finished = 0;
      const lane = async (): Promise<void> => {
        while (performance.now() - start < ms) {
          await fire(agent, shot);
          finished += 1;
        }
      };
      await Promise.all(Array.from({ length: inFlight }, lane));
      return (finished * 1000) / (performance.now() - start);
    },
    close: () => agent.destroy(),
  };
}

function fire(agent: Agent, { url, headers, body, problem }: Shot): Promise<void> {
  return new Promise((resolve, reject) => {
    const text = body();
    const outgoing = request(
      url,
      {
        method: "POST",
        agent,
        headers: { "content-type": "application/json", "content-length": Buffer.byteLength(text), ...headers },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("error", reject);
        incoming.on("end", () => {
          const wrong = problem(incoming.statusCode ?? 0, Buffer.concat(chunks).toString("utf8"));
          if (wrong === null) resolve();
          else reject(new Error(`${url} answered ${incoming.statusCode}: ${wrong}`));
        });
      },
    );
    outgoing.on("error", reject);
    outgoing.end(text);
  });
}
