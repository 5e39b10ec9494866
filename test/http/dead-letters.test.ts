import { describe, expect, it } from "vitest";
import { ANY_DEAD_LETTER, type DeadLetterQuery } from "../../src/core/dead-letters/query.ts";
import { fault } from "../../src/core/errors.ts";
import { err } from "../../src/core/result.ts";
import type { PageRequest } from "../../src/core/search/position.ts";
import { gateway, problemOf } from "./gateway.ts";
import { LETTER, LETTER_PAGE, REDRIVEN, RUN_ID } from "./samples.ts";

describe("GET /v1/dead-letters", () => {
  it("lists what the conditions say", async () => {
    const asked: { query: DeadLetterQuery; page: PageRequest }[] = [];
    const { get } = gateway({
      deadLetters: {
        search: (_, query, page) => {
          asked.push({ query, page });
          return Promise.resolve({ items: [LETTER], next: "k.m1" });
        },
      },
    });
    const response = await get(
      `/v1/dead-letters?status=open&queue=q&error_type=consumer_error&message_type=work&run_id=${RUN_ID}&correlation_id=c&text=x&from=1970-01-01T00:00:01Z&to=1970-01-01T00:00:02Z&limit=3&cursor=k.m0`,
    );
    expect([response.status, await response.json()]).toEqual([200, { dead_letters: [LETTER], next: "k.m1" }]);
    await get("/v1/dead-letters");
    expect(asked).toEqual([
      {
        query: {
          status: "open",
          queue: "q",
          errorType: "consumer_error",
          messageType: "work",
          runId: RUN_ID,
          correlationId: "c",
          from: 1_000,
          to: 2_000,
          text: "x",
        },
        page: { limit: 3, after: { at: 20, id: "m0" } },
      },
      { query: ANY_DEAD_LETTER, page: { limit: 20, after: null } },
    ]);
  });

  it.each(["status=odd", "error_type=odd", "limit=0", "cursor=odd", "from=odd"])("refuses %s", async (query) => {
    expect(await problemOf(await gateway().get(`/v1/dead-letters?${query}`))).toMatchObject({
      code: "INVALID_PARAMETER",
      place: `query ${query.split("=")[0] ?? ""}`,
    });
  });
});

describe("one dead letter", () => {
  it("is shown, with its message", async () => {
    const { get } = gateway();
    expect(await (await get("/v1/dead-letters/m1")).json()).toEqual(LETTER_PAGE);
    expect(await (await get("/v1/dead-letters/m1/payload")).json()).toEqual({ type: "work" });
  });

  it("is sent again", async () => {
    const response = await gateway().post("/v1/dead-letters/m1/redrive", {});
    expect([response.status, await response.json()]).toEqual([200, REDRIVEN]);
  });

  it("that does not exist is a 404 problem everywhere", async () => {
    const { get, post } = gateway();
    const answers = [
      await get("/v1/dead-letters/absent"),
      await get("/v1/dead-letters/absent/payload"),
      await post("/v1/dead-letters/absent/redrive", {}),
    ];
    for (const answer of answers)
      expect(await problemOf(answer)).toMatchObject({ status: 404, code: "DEAD_LETTER_NOT_FOUND" });
  });

  it.each([
    ["DEAD_LETTER_UNREADABLE", 422],
    ["EVENT_BUS_ERROR", 503],
  ] as const)("that cannot be sent is a problem: %s", async (code, status) => {
    const { post } = gateway({ deadLetters: { redrive: () => Promise.resolve(err(fault(code, "no"))) } });
    expect(await problemOf(await post("/v1/dead-letters/m1/redrive", {}))).toMatchObject({ status, code });
  });
});

describe("POST /v1/dead-letters/redrive", () => {
  it("sends the named ones again, each once", async () => {
    const response = await gateway().post("/v1/dead-letters/redrive", { ids: ["a", "b", "a"] });
    expect(await response.json()).toEqual({
      results: [
        { ...REDRIVEN, id: "a" },
        { ...REDRIVEN, id: "b" },
      ],
      counts: { redriven: 2 },
      next: null,
    });
  });

  it("sends what a filter finds again, open ones if nothing else is said", async () => {
    const asked: [DeadLetterQuery, PageRequest][] = [];
    const { post } = gateway({
      deadLetters: {
        redriveMatching: (_, query, page) => {
          asked.push([query, page]);
          return Promise.resolve({ items: [REDRIVEN, { ...REDRIVEN, outcome: "failing" }], next: "k.m1" });
        },
      },
    });
    const response = await post("/v1/dead-letters/redrive", { filter: { queue: "q" }, limit: 2, cursor: "k.m0" });
    expect(await response.json()).toMatchObject({ counts: { redriven: 1, failing: 1 }, next: "k.m1" });
    await post("/v1/dead-letters/redrive", { filter: { status: "redriven" } });
    expect(asked).toEqual([
      [
        { ...ANY_DEAD_LETTER, status: "open", queue: "q" },
        { limit: 2, after: { at: 20, id: "m0" } },
      ],
      [
        { ...ANY_DEAD_LETTER, status: "redriven" },
        { limit: 20, after: null },
      ],
    ]);
  });

  it.each([
    [{}, "$"],
    [{ ids: ["a"], filter: {} }, "$"],
    [{ ids: [] }, "$.ids"],
    [{ ids: Array.from({ length: 101 }, (_, n) => `m${n}`) }, "$.ids"],
    [{ ids: [7] }, "$.ids[0]"],
    [{ filter: { quue: "typo" } }, "$.filter.quue"],
    [{ filter: {}, limit: 0 }, "$.limit"],
    [{ filter: {}, limit: 101 }, "$.limit"],
    [{ filter: {}, cursor: "odd" }, "$.cursor"],
    [{ everything: true }, "$.everything"],
    [[], "$"],
  ])("refuses %j", async (body, place) => {
    expect(await problemOf(await gateway().post("/v1/dead-letters/redrive", body))).toMatchObject({
      status: 400,
      code: "INVALID_PARAMETER",
      place,
    });
  });
});
