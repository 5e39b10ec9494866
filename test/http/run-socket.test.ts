import { describe, expect, it } from "vitest";
import { MAX_READS, type EventPage } from "../../workers/http/runs/event-feed.ts";
import { gateway, problemOf, signals } from "./gateway.ts";
import { CORRELATION, RUN_ID, UNKNOWN_RUN } from "./samples.ts";
import { silentFeed } from "./silent-feed.ts";

const PATH = `/v1/runs/${RUN_ID}/events`;
const UPGRADE = { upgrade: "websocket" };

/** A run that has told `last[i]` signals at the i-th question, and ends with the last entry. An entry may be an error. */
function telling(...last: (number | Error)[]) {
  const asked: number[] = [];
  const made = gateway({
    runs: {
      events: (_, __, after): Promise<EventPage> => {
        const index = Math.min(asked.length, last.length - 1);
        asked.push(after);
        const now = last[index] ?? 0;
        if (now instanceof Error) return Promise.reject(now);
        const finished = index === last.length - 1;
        const events = signals(finished ? now : now + 1, after).filter(({ seq }) => seq <= now);
        return Promise.resolve({ events, finished });
      },
    },
  });
  return { ...made, asked };
}

/** Everything a socket says until it is closed. */
async function told(response: Response) {
  const socket = response.webSocket;
  if (!socket) throw new Error(`no socket: ${response.status} ${await response.text()}`);
  const messages: { id?: number; event?: string; data?: unknown }[] = [];
  const closed = Promise.withResolvers<number>();
  socket.addEventListener("message", ({ data }) => void messages.push(JSON.parse(String(data))));
  socket.addEventListener("close", ({ code }) => closed.resolve(code));
  socket.accept();
  return { code: await closed.promise, messages };
}

describe("events over a socket", () => {
  it("tells every signal once, in order, and closes with the run", async () => {
    const { get, asked } = telling(1, 1, 3, 4);
    const response = await get(PATH, UPGRADE);
    expect(response.status).toBe(101);
    const { code, messages } = await told(response);
    expect(messages.filter(({ event }) => event !== "heartbeat")).toEqual([
      ...signals(4).map((signal) => ({ id: signal.seq, event: signal.type, data: signal })),
      { event: "end", data: { run_id: RUN_ID, after: 4 } },
    ]);
    expect([code, asked]).toEqual([1000, [0, 1, 1, 3]]);
  });

  it("goes on where another stopped", async () => {
    const { get, asked } = telling(4, 4);
    const { messages } = await told(await get(`${PATH}?after=2`, UPGRADE));
    expect([messages.map(({ id }) => id), asked]).toEqual([
      [3, 4, undefined],
      [2, 4],
    ]);
  });

  it("shows that it is alive while nothing happens", async () => {
    const { get } = telling(...Array.from({ length: 5 }, () => 1), 2);
    const { messages } = await told(await get(PATH, UPGRADE));
    expect(messages.filter(({ event }) => event === "heartbeat")).toHaveLength(4);
  });

  it("asks to connect again when a run takes too long", async () => {
    const { get, asked } = telling(...Array.from({ length: 2 * MAX_READS }, () => 1));
    const { code, messages } = await told(await get(PATH, UPGRADE));
    expect([code, asked.length]).toEqual([1001, MAX_READS]);
    expect(messages.some(({ event }) => event === "end")).toBe(false);
  });

  it("says what broke without its text", async () => {
    const { get } = telling(1, new Error("secret detail"));
    const { code, messages } = await told(await get(PATH, { ...UPGRADE, "x-correlation-id": CORRELATION }));
    expect(messages.at(-1)).toMatchObject({
      event: "error",
      data: { code: "RUNTIME_ERROR", correlation_id: CORRELATION, instance: PATH },
    });
    expect([code, JSON.stringify(messages).includes("secret detail")]).toEqual([1011, false]);
  });

  it("opens for nobody without a token, and for no run that is not there", async () => {
    const anybody = await gateway().get(PATH, { ...UPGRADE, authorization: "Bearer another" });
    expect([(await problemOf(anybody)).code, anybody.webSocket]).toEqual(["AUTHENTICATION_ERROR", null]);
    const unknown = await gateway().get(`/v1/runs/${UNKNOWN_RUN}/events`, UPGRADE);
    expect([(await problemOf(unknown)).code, unknown.webSocket]).toEqual(["RUN_NOT_FOUND", null]);
  });

  it("asks nobody once the reader has gone", async () => {
    const { asked, holding, answer, events } = silentFeed();
    const { webSocket } = await gateway({ runs: { events } }).get(PATH, UPGRADE);
    const closed = Promise.withResolvers<void>();
    webSocket?.addEventListener("close", () => closed.resolve());
    webSocket?.accept();
    await holding.promise;
    webSocket?.close(1000, "enough");
    await closed.promise;
    answer.resolve();
    await answer.promise;
    expect(asked).toEqual([0, 0]);
  });
});
