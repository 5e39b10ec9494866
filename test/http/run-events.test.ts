import { describe, expect, it } from "vitest";
import { fault, RuntimeHostError } from "../../src/core/errors.ts";
import { GATHER_MS, HOLD_MS, MAX_READS, type EventPage } from "../../workers/http/runs/event-feed.ts";
import { gateway, problemOf, signals } from "./gateway.ts";
import { CORRELATION, RUN_ID, UNKNOWN_RUN } from "./samples.ts";
import { silentFeed } from "./silent-feed.ts";

const PATH = `/v1/runs/${RUN_ID}/events`;
const SSE = { accept: "text/event-stream" };

/** A run that has told `last[i]` signals at the i-th question, and ends with the last entry. An entry may be an error. */
function telling(...last: (number | Error | null)[]) {
  const asked: number[] = [];
  const held: (number | undefined)[] = [];
  const made = gateway({
    runs: {
      events: (_, __, after, waitMs): Promise<EventPage | null> => {
        const index = Math.min(asked.length, last.length - 1);
        asked.push(after);
        held.push(waitMs);
        const now = last[index] ?? null;
        if (now instanceof Error) return Promise.reject(now);
        if (now === null) return Promise.resolve(null);
        const finished = index === last.length - 1;
        const events = signals(finished ? now : now + 1, after).filter(({ seq }) => seq <= now);
        return Promise.resolve({ events, finished });
      },
    },
  });
  return { ...made, asked, held };
}

/** The blocks of a stream, parsed far enough to be compared. */
function blocksOf(text: string) {
  expect(text.endsWith("\n\n")).toBe(true);
  return text
    .slice(0, -2)
    .split("\n\n")
    .map((block) => Object.fromEntries(block.split("\n").map((line) => line.split(/: ?(.*)/s).slice(0, 2))));
}

describe("events as JSON", () => {
  it("shows the signals so far and where to go on", async () => {
    const { get } = telling(2, 3);
    expect(await (await get(PATH)).json()).toEqual({
      run_id: RUN_ID,
      events: signals(3).slice(0, 2),
      finished: false,
      next: 2,
    });
    expect(await (await get(`${PATH}?after=2`)).json()).toEqual({
      run_id: RUN_ID,
      events: signals(3, 2),
      finished: true,
      next: 3,
    });
  });

  it("stays where it is when there is nothing new", async () => {
    const { get } = telling(5, 5);
    expect(await (await get(`${PATH}?after=5`)).json()).toMatchObject({ events: [], next: 5 });
  });

  it.each(["-1", "x", "1.5", ""])("refuses after=%s", async (after) => {
    expect(await problemOf(await gateway().get(`${PATH}?after=${after}`))).toMatchObject({
      status: 400,
      code: "INVALID_PARAMETER",
      place: "query after",
    });
  });
});

describe("events as a stream", () => {
  it("tells every signal once, in order, and ends with the run", async () => {
    const { get, asked } = telling(1, 1, 3, 4);
    const response = await get(PATH, SSE);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    expect(response.headers.get("cache-control")).toBe("no-cache");
    const blocks = blocksOf(await response.text());
    expect(blocks[0]).toEqual({ retry: "2000" });
    const told = blocks.filter(({ id }) => id !== undefined);
    expect(told.map(({ id, event }) => [id, event])).toEqual([
      ["1", "signal.node.result"],
      ["2", "signal.node.result"],
      ["3", "signal.node.result"],
      ["4", "signal.graph.completed"],
    ]);
    expect(told.map(({ data }) => JSON.parse(String(data)))).toEqual(signals(4));
    const last = blocks.at(-1);
    expect([last?.["event"], JSON.parse(String(last?.["data"]))]).toEqual(["end", { run_id: RUN_ID, after: 4 }]);
    expect(asked).toEqual([0, 1, 1, 3]);
  });

  it("goes on where a broken stream stopped", async () => {
    const { get, asked } = telling(4, 4);
    await (await get(`${PATH}?after=1`, { ...SSE, "last-event-id": "3" })).text();
    await (await get(`${PATH}?after=2`, { ...SSE, "last-event-id": "nonsense" })).text();
    expect(asked).toEqual([3, 4, 2]);
  });

  it("has its questions held until there is something to tell, and pauses only to gather what follows news", async () => {
    const { get, pauses, held } = telling(1, 1, 1, 2, 3);
    await (await get(PATH, SSE)).text();
    expect(held).toEqual([0, HOLD_MS, HOLD_MS, HOLD_MS, HOLD_MS]);
    expect(pauses).toEqual([GATHER_MS, GATHER_MS]);
  });

  it("keeps an idle connection open with comments", async () => {
    const { get } = telling(...Array.from({ length: 5 }, () => 1), 2);
    const text = await (await get(PATH, SSE)).text();
    expect(text.split(": still running\n\n").length - 1).toBe(4);
  });

  it("ends by itself when a run takes too long, to be opened again", async () => {
    const { get, asked } = telling(...Array.from({ length: 2 * MAX_READS }, () => 1));
    const text = await (await get(PATH, SSE)).text();
    expect(asked.length).toBe(MAX_READS);
    expect(text).not.toContain("event: end");
  });

  it("is a problem, not a stream, when there is no such run", async () => {
    expect(await problemOf(await gateway().get(`/v1/runs/${UNKNOWN_RUN}/events`, SSE))).toMatchObject({ status: 404 });
  });

  it("ends when the run is gone", async () => {
    const { get } = telling(1, null);
    const text = await (await get(PATH, SSE)).text();
    expect(text).toContain("id: 1\n");
    expect(text).not.toContain("event: end");
  });

  it("says what broke without its text, and logs it", async () => {
    const { get, logs } = telling(1, new Error("secret detail"));
    const text = await (await get(PATH, { ...SSE, "x-correlation-id": CORRELATION })).text();
    const last = blocksOf(text).at(-1);
    expect(last?.["event"]).toBe("error");
    expect(JSON.parse(String(last?.["data"]))).toMatchObject({
      code: "RUNTIME_ERROR",
      correlation_id: CORRELATION,
      instance: PATH,
    });
    expect(text).not.toContain("secret detail");
    expect(logs[0]).toMatchObject({
      level: "error",
      fields: { correlation_id: CORRELATION, error: "Error: secret detail" },
    });
  });

  it("passes on a failure that is ours", async () => {
    const { get } = telling(1, new RuntimeHostError(fault("SERVICE_UNAVAILABLE", "the ring does not answer")));
    const last = blocksOf(await (await get(PATH, SSE)).text()).at(-1);
    expect(JSON.parse(String(last?.["data"]))).toMatchObject({ code: "SERVICE_UNAVAILABLE", retry_after_seconds: 15 });
  });

  it("asks nobody once the reader has gone, not even when its question is answered late", async () => {
    const { asked, holding, answer, events } = silentFeed();
    const response = await gateway({ runs: { events } }).get(PATH, SSE);
    const reader = response.body?.getReader();
    await reader?.read();
    const next = reader?.read();
    await holding.promise;
    await reader?.cancel();
    answer.resolve();
    expect(await next).toMatchObject({ done: true });
    await answer.promise;
    expect(asked).toEqual([0, 0]);
  });
});
