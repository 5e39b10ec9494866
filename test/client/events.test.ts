import { describe, expect, it } from "vitest";
import { createWireClient } from "../../src/client/wire-client.ts";
import { serverSentEvents } from "../../src/client/server-sent-events.ts";
import { gateway, signals, TOKEN } from "../http/gateway.ts";
import { RUN_ID } from "../http/samples.ts";
import { errorOf, problem, scripted, type Answer } from "./server.ts";

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

const END = `event: end\ndata: {"run_id":"${RUN_ID}","after":3}\n\n`;
/** The frames of signals after one number up to another, of a run that tells three. */
const frames = (after: number, last: number): string =>
  signals(3, after)
    .filter(({ seq }) => seq <= last)
    .map((signal) => `id: ${signal.seq}\nevent: ${signal.type}\ndata: ${JSON.stringify(signal)}\n\n`)
    .join("");
const stream = (text: string, breaks = false): Answer => {
  return () => {
    const pieces = [new TextEncoder().encode(text)];
    return new Response(
      new ReadableStream<Uint8Array>({
        pull(controller) {
          const piece = pieces.shift();
          if (piece) controller.enqueue(piece);
          else if (breaks) controller.error(new TypeError("terminated"));
          else controller.close();
        },
      }),
      { headers: { "content-type": "text/event-stream" } },
    );
  };
};

describe("runs.events", () => {
  it("yields the signals of the real stream until the run has ended", async () => {
    const pages = [1, 1, 3];
    let asked = 0;
    const server = gateway({
      runs: {
        events: (_, __, after) => {
          const last = pages[Math.min(asked++, pages.length - 1)] ?? 3;
          return Promise.resolve({ events: signals(3, after).filter(({ seq }) => seq <= last), finished: last === 3 });
        },
      },
    });
    const client = createWireClient({
      baseUrl: "http://gateway",
      token: TOKEN,
      fetch: async (url, init) => server.app.request(url, init),
    });
    expect(await all(client.runs.events(RUN_ID))).toEqual(signals(3));
    expect(await all(client.runs.events(RUN_ID, { after: 2 }))).toEqual(signals(3, 2));
  });

  it("passes over signals of a type it does not know, and goes on after them", async () => {
    const unknown = `id: 2\nevent: signal.node.rumour\ndata: {"seq":2,"type":"signal.node.rumour","share":0.5}\n\n`;
    const { client, sent } = scripted([stream(frames(0, 1) + unknown, true), stream(frames(2, 3) + END)]);
    expect((await all(client.runs.events(RUN_ID))).map(({ seq }) => seq)).toEqual([1, 3]);
    expect(sent.map(({ url }) => new URL(url).search)).toEqual(["?after=0", "?after=2"]);
  });

  it("goes on where a stream broke, telling nothing twice", async () => {
    const { client, sent, pauses } = scripted([
      stream(frames(0, 1) + frames(1, 2).slice(0, -1), true),
      stream(frames(0, 2), true),
      stream(frames(1, 3) + END),
    ]);
    expect((await all(client.runs.events(RUN_ID))).map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(sent.map(({ url }) => new URL(url).search)).toEqual(["?after=0", "?after=1", "?after=2"]);
    expect(sent[0]?.init.headers["accept"]).toBe("text/event-stream");
    expect(pauses).toEqual([2_000, 2_000]);
  });

  it("opens the next stream when one is closed in order before the end", async () => {
    const { client, sent } = scripted([
      ...Array.from({ length: 20 }, () => stream("retry: 2000\n\n: still running\n\n")),
      stream(END),
    ]);
    expect(await all(client.runs.events(RUN_ID))).toEqual([]);
    expect(sent).toHaveLength(21);
  });

  it("gives up on a stream that only breaks", async () => {
    const { client, sent } = scripted([stream("", true)]);
    expect(await errorOf(all(client.runs.events(RUN_ID)))).toMatchObject({ code: "CONNECTION_ERROR" });
    expect(sent).toHaveLength(6);
  });

  it("rejects with the failure the stream tells", async () => {
    const document = await problem("RUN_NOT_FOUND", 404).text();
    const { client, sent } = scripted([stream(`${frames(0, 1)}event: error\ndata: ${document}\n\n`)]);
    expect(await errorOf(all(client.runs.events(RUN_ID)))).toMatchObject({ code: "RUN_NOT_FOUND", status: 404 });
    expect(sent).toHaveLength(1);
  });

  it("tries again when the failure will pass", async () => {
    const document = await problem("SERVICE_UNAVAILABLE", 503, { retry_after_seconds: 15 }).text();
    const { client } = scripted([stream(`event: error\ndata: ${document}\n\n`), stream(frames(0, 3) + END)]);
    expect(await all(client.runs.events(RUN_ID))).toHaveLength(3);
  });

  it("rejects when the caller has given up", async () => {
    const giveUp = new AbortController();
    const { client, sent } = scripted([
      () => {
        giveUp.abort();
        return (stream(frames(0, 1), true) as () => Response)();
      },
    ]);
    expect(await errorOf(all(client.runs.events(RUN_ID, { signal: giveUp.signal })))).toMatchObject({
      code: "CONNECTION_ERROR",
    });
    expect(sent).toHaveLength(1);
  });

  it("rejects when there is no such run", async () => {
    const { client } = scripted([problem("RUN_NOT_FOUND", 404)]);
    expect(await errorOf(all(client.runs.events(RUN_ID)))).toMatchObject({ code: "RUN_NOT_FOUND" });
  });

  it("lets go of the stream when the caller stops listening", async () => {
    const cancelled = Promise.withResolvers<string>();
    const { client } = scripted([
      () =>
        new Response(
          new ReadableStream<Uint8Array>({
            start: (controller) => controller.enqueue(new TextEncoder().encode(frames(0, 3))),
            cancel: () => cancelled.resolve("cancelled"),
          }),
        ),
    ]);
    for await (const signal of client.runs.events(RUN_ID)) {
      expect(signal.seq).toBe(1);
      break;
    }
    expect(await cancelled.promise).toBe("cancelled");
  });
});

describe("serverSentEvents", () => {
  const TEXT =
    ': comment\n\nretry: 5\n\nevent: a\ndata: {"x":\ndata: 1}\nid: 3\n\ndata:no space\n\ndata\n\nevent: unfinished\ndata: x';
  const EVENTS = [
    { event: "a", data: '{"x":\n1}' },
    { event: "message", data: "no space" },
    { event: "message", data: "" },
  ];

  it("reads events however the stream is cut", async () => {
    const bytes = new TextEncoder().encode(TEXT.replace("no space", "no späce"));
    for (const size of [1, 2, 3, 7, bytes.length]) {
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.slice(i * size, (i + 1) * size),
      );
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          for (const piece of pieces) controller.enqueue(piece);
          controller.close();
        },
      });
      const expected = EVENTS.map((event) => ({ ...event, data: event.data.replace("no space", "no späce") }));
      expect(await all(serverSentEvents(new Response(body)))).toEqual(expected);
    }
  });

  it("reads any line ends", async () => {
    expect(await all(serverSentEvents(new Response(TEXT.replaceAll("\n", "\r\n"))))).toEqual(EVENTS);
    expect(await all(serverSentEvents(new Response(TEXT.replaceAll("\n", "\r"))))).toEqual(EVENTS);
  });

  it("of an answer without a body there are none", async () => {
    expect(await all(serverSentEvents(new Response(null)))).toEqual([]);
  });
});
