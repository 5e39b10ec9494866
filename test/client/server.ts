import { createWireClient, OnexError, type WireClient, type ClientOptions } from "../../src/client/wire-client.ts";
import type { FetchInit } from "../../src/client/transport.ts";

export interface Sent {
  readonly url: string;
  readonly init: FetchInit;
  readonly body: unknown;
}

export interface Scripted {
  readonly client: WireClient;
  readonly sent: Sent[];
  /** The pauses the client made, in milliseconds; none takes time. */
  readonly pauses: number[];
}

export type Answer = Response | Error | ((request: Sent) => Response | Promise<Response>);

/** A client whose server answers with one entry after the other; the last one answers for ever. */
export function scripted(answers: readonly Answer[], options: Partial<ClientOptions> = {}): Scripted {
  const sent: Sent[] = [];
  const pauses: number[] = [];
  let keys = 0;
  const client = createWireClient({
    baseUrl: "https://onex.example.com/",
    token: "t",
    random: () => 1,
    newKey: () => `key-${++keys}`,
    now: () => pauses.reduce((sum, ms) => sum + ms, 0),
    sleep: (ms) => {
      pauses.push(ms);
      return Promise.resolve();
    },
    fetch: async (url, init) => {
      const request = { url, init, body: init.body === undefined ? undefined : (JSON.parse(init.body) as unknown) };
      sent.push(request);
      const answer = answers[Math.min(sent.length, answers.length) - 1];
      if (answer === undefined || answer instanceof Error) throw answer ?? new Error("no answer is scripted");
      return typeof answer === "function" ? answer(request) : answer.clone();
    },
    ...options,
  });
  return { client, sent, pauses };
}

export const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });

export const problem = (code: string, status: number, extra: Record<string, unknown> = {}): Response =>
  new Response(
    JSON.stringify({
      type: `urn:onex:problem:${code}`,
      title: code,
      status,
      detail: `about ${code}`,
      code,
      correlation_id: "6f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b",
      instance: "/x",
      ...extra,
    }),
    { status, headers: { "content-type": "application/problem+json" } },
  );

/** The OnexError a promise rejects with; fails when it resolves or rejects with anything else. */
export async function errorOf(promise: Promise<unknown>): Promise<OnexError> {
  try {
    await promise;
  } catch (thrown) {
    if (thrown instanceof OnexError) return thrown;
    throw thrown;
  }
  throw new Error("it did not reject");
}
