import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serverSentEvents, type ServerSentEvent } from "../../src/client/server-sent-events.ts";
import { openTestServer, type TestServer } from "./support/test-server.ts";

const SUBSCRIBERS = 100;

/** A run that waits for the event `news`, then does one more thing. */
const WAITING = {
  steps: [
    { id: "news", node: "wait_event" },
    { id: "note", node: "noop", inputs: { "noop.input": "news.wait.payload" }, after: ["news"] },
  ],
  given: {},
};

describe("watching a run", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await openTestServer();
  });
  afterAll(() => server.stop());

  const begin = async (): Promise<string> =>
    (await server.client.envelopes.send({ operation: "graph.run", payload: WAITING })).runId;

  const watch = (runId: string, query = "", headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
    fetch(`${server.url}/v1/runs/${runId}/events${query}`, {
      headers: { authorization: `Bearer ${server.token}`, accept: "text/event-stream", ...headers },
    });

  /** Reads a stream to its end, or until a signal with this number. */
  async function read(response: Response, until = Number.POSITIVE_INFINITY): Promise<readonly ServerSentEvent[]> {
    const told: ServerSentEvent[] = [];
    for await (const one of serverSentEvents(response)) {
      told.push(one);
      if (seqOf(one) === until) break;
    }
    return told;
  }
  const seqOf = ({ data }: ServerSentEvent): number | undefined => (JSON.parse(data) as { seq?: number }).seq;
  const seqs = (told: readonly ServerSentEvent[]): readonly unknown[] => told.map((one) => seqOf(one) ?? "end");

  it(`${SUBSCRIBERS} subscribers see the same signals, each once, and the end`, async () => {
    const runId = await begin();
    const streams = await Promise.all(Array.from({ length: SUBSCRIBERS }, () => watch(runId)));
    const reading = streams.map((stream) => read(stream));
    await server.client.runs.sendEvent(runId, "news", { told: true });
    const [first, ...others] = await Promise.all(reading);
    await server.client.runs.wait(runId);
    const all = await eventsOf(runId);
    expect(seqs(first ?? [])).toEqual([...all, "end"]);
    expect(all.length).toBeGreaterThanOrEqual(5);
    for (const other of others) expect(other).toEqual(first);
  });

  const eventsOf = async (runId: string): Promise<readonly number[]> => {
    const response = await watch(runId, "", { accept: "application/json" });
    return ((await response.json()) as { events: readonly { seq: number }[] }).events.map(({ seq }) => seq);
  };

  it("goes on after Last-Event-ID, with what happened in between", async () => {
    const runId = await begin();
    const before = await read(await watch(runId), 1);
    expect(seqs(before)).toEqual([1]);
    await server.client.runs.sendEvent(runId, "news", null);
    await server.client.runs.wait(runId);
    const after = await read(await watch(runId, "", { "last-event-id": "1" }));
    expect([...seqs(before), ...seqs(after)]).toEqual([...(await eventsOf(runId)), "end"]);
  });

  it("tells the whole story of a run that has left its ring, from anywhere in it", async () => {
    const runId = await begin();
    const live = await watch(runId);
    await server.client.runs.sendEvent(runId, "news", null);
    await server.client.runs.wait(runId);
    // A search finds a run as ended only once it is archived.
    for (let found = false; !found;)
      found = (await server.client.runs.search({ status: "succeeded" })).runs.some(({ run_id: id }) => id === runId);
    const told = await read(live);
    expect(await read(await watch(runId))).toEqual(told);
    expect(seqs(await read(await watch(runId, "?after=2")))).toEqual(seqs(told).slice(2));
  });

  it("comes over a WebSocket as well, resumable in the same way", async () => {
    const runId = await begin();
    const first = await socketOf(runId);
    expect(await first.next()).toMatchObject({ id: 1, event: "signal.node.dispatch", data: { step: "news" } });
    first.socket.close();
    const second = await socketOf(runId, "?after=1");
    await server.client.runs.sendEvent(runId, "news", null);
    const told: Message[] = [];
    do told.push(await second.next());
    while (told.at(-1)?.event !== "end");
    const all = await eventsOf(runId);
    expect(told.map(({ id }) => id ?? "end")).toEqual([...all.slice(1), "end"]);
    expect(told.at(-1)).toEqual({ event: "end", data: { run_id: runId, after: all.at(-1) } });
    expect(await second.closed).toBe(1000);
  });

  interface Message {
    readonly id?: number;
    readonly event: string;
    readonly data?: unknown;
  }

  /** Node's WebSocket takes headers, which browsers do not. */
  async function socketOf(runId: string, query = "") {
    const Socket = WebSocket as unknown as new (url: string, options: object) => WebSocket;
    const url = `${server.url.replace("http", "ws")}/v1/runs/${runId}/events${query}`;
    const socket = new Socket(url, { headers: { authorization: `Bearer ${server.token}` } });
    const messages: Message[] = [];
    let wake = Promise.withResolvers<void>();
    socket.addEventListener("message", ({ data }) => {
      messages.push(JSON.parse(String(data)) as Message);
      wake.resolve();
    });
    const closed = new Promise<number>((resolve) => {
      socket.addEventListener("close", ({ code }) => resolve(code));
    });
    const next = async (): Promise<Message> => {
      while (messages.length === 0) {
        await wake.promise;
        wake = Promise.withResolvers<void>();
      }
      return messages.shift() as Message;
    };
    return { socket, next, closed };
  }
});
