import { Agent, request as send } from "node:http";
import type { Socket } from "node:net";
import { Random } from "../sim/random.ts";
import { judge, type Answer } from "./judge.ts";
import { nextRequest, type Family, type FuzzRequest } from "./requests.ts";
import { setScene, type Target } from "./target.ts";

export interface FuzzOptions {
  readonly count: number;
  readonly seed: number;
  readonly target: Target;
  readonly say: (line: string) => void;
  /** Requests in flight. */
  readonly parallel?: number;
}

export interface Finding {
  /** The request's place in the stream. */
  readonly number: number;
  readonly request: FuzzRequest;
  readonly wrong: readonly string[];
  readonly answer: string;
}

export interface FuzzReport {
  readonly sent: number;
  readonly families: ReadonlyMap<Family, number>;
  readonly statuses: ReadonlyMap<number, number>;
  readonly slowestMs: number;
  readonly findings: readonly Finding[];
}

/** Without an answer for so long a request is given up. */
const PATIENCE_MS = 30_000;
const PROGRESS = 1_000;
/** More than this is one finding told again and again. */
const MOST_FINDINGS = 50;

/** Sends `count` generated requests to a running endpoint and judges every answer. The same seed sends the same requests. */
export async function fuzz({ count, seed, target, say, parallel = 8 }: FuzzOptions): Promise<FuzzReport> {
  const scene = await setScene(target);
  const random = new Random(seed);
  const agent = new Agent({ keepAlive: true, maxSockets: parallel });
  const families = new Map<Family, number>();
  const statuses = new Map<number, number>();
  const findings: Finding[] = [];
  let sent = 0;
  let slowestMs = 0;
  /** Somebody was left without an answer: whatever is in flight now may be why, and more requests would hide it. */
  let silence = false;
  const work = async (): Promise<void> => {
    while (sent < count && !silence && findings.length < MOST_FINDINGS) {
      const number = ++sent;
      const request = nextRequest(random, scene);
      if (number % PROGRESS === 0) say(`${number} sent, ${findings.length} findings`);
      families.set(request.family, (families.get(request.family) ?? 0) + 1);
      const answer = await ask(request, target, agent);
      const wrong = typeof answer === "string" ? [answer] : judge(answer);
      if (typeof answer === "string") silence = true;
      else {
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        slowestMs = Math.max(slowestMs, answer.ms);
      }
      if (wrong.length > 0)
        findings.push({ number, request, wrong, answer: typeof answer === "string" ? "" : answer.text });
    }
  };
  try {
    await Promise.all(Array.from({ length: parallel }, work));
    const health = await ask(
      { family: "paths", method: "GET", path: "/health", headers: {}, body: null },
      target,
      agent,
    );
    if (typeof health === "string" || health.status !== 200) {
      const request = { family: "paths", method: "GET", path: "/health", headers: {}, body: null } as const;
      findings.push({ number: sent, request, wrong: ["it is not healthy afterwards"], answer: JSON.stringify(health) });
    }
  } finally {
    agent.destroy();
  }
  return { sent, families, statuses, slowestMs, findings };
}

/** Connections that have carried a request. */
const used = new WeakSet<Socket>();

/** The answer, or a sentence on why there is none. */
function ask(request: FuzzRequest, target: Target, agent: Agent): Promise<Answer | string> {
  const { url, token } = target;
  const begun = performance.now();
  return new Promise((resolve) => {
    const base = new URL(url);
    const headers = { authorization: `Bearer ${token}`, ...request.headers };
    const call = send(
      { agent, host: base.hostname, port: base.port, method: request.method, path: request.path, headers },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", (error) => resolve(`the answer broke off: ${error.message}`));
        response.on("end", () => {
          const { statusCode: status = 0, headers: got } = response;
          const correlationId = got["x-correlation-id"];
          resolve({
            status,
            contentType: got["content-type"] ?? "",
            correlationId: typeof correlationId === "string" ? correlationId : null,
            text: Buffer.concat(chunks).toString("utf8"),
            ms: performance.now() - begun,
          });
        });
      },
    );
    let isFresh = true;
    call.once("socket", (socket) => {
      isFresh = !used.has(socket);
      used.add(socket);
    });
    call.setTimeout(PATIENCE_MS, () => call.destroy(new Error(`no answer within ${PATIENCE_MS} ms`)));
    call.on("error", (error) => {
      // A server may close a kept connection while a request is on its way: only a fresh one tells that it is gone.
      // Node's own mark lacks on those that were waited for.
      if (!isFresh) resolve(ask(request, target, agent));
      else resolve(`no answer: ${error.message}`);
    });
    if (request.body === null) call.end();
    else call.end(request.body);
  });
}
