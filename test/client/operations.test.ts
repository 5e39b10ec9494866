import { describe, expect, it } from "vitest";
import { fault } from "../../src/core/errors.ts";
import { err, ok } from "../../src/core/result.ts";
import { LETTER, LETTER_PAGE, REDRIVEN, RUN_ENTRY, RUN_ID, UNKNOWN_RUN } from "../http/samples.ts";
import { connected } from "./connected.ts";
import { errorOf, json, problem, scripted } from "./server.ts";

describe("runs.search", () => {
  it("finds a page and knows the next one", async () => {
    const { client } = connected();
    expect(await client.runs.search({ status: "failed", tag: "a tag & more" }, { limit: 5 })).toEqual({
      runs: [RUN_ENTRY],
      next: `k.${RUN_ID}`,
    });
  });

  it("sends what is asked for and nothing else", async () => {
    const { client, sent } = scripted([json({ runs: [], next: null })]);
    await client.runs.search({ node: "a@1.0.0", from: "2026-01-01T00:00:00+01:00", text: "é&=" }, { cursor: "k.1" });
    await client.runs.search();
    expect(sent.map(({ url }) => Object.fromEntries(new URL(url).searchParams))).toEqual([
      { node: "a@1.0.0", from: "2026-01-01T00:00:00+01:00", text: "é&=", cursor: "k.1" },
      {},
    ]);
  });

  it("goes through all pages, and no further than asked", async () => {
    const page = (id: string, next: string | null) => json({ runs: [{ ...RUN_ENTRY, run_id: id }], next });
    const { client, sent } = scripted([page("a", "k.a"), page("b", "k.b"), page("c", null)]);
    const found: string[] = [];
    for await (const { run_id } of client.runs.all({ status: "failed" })) found.push(run_id);
    expect(found).toEqual(["a", "b", "c"]);
    expect(sent.map(({ url }) => new URL(url).searchParams.get("cursor"))).toEqual([null, "k.a", "k.b"]);
    const lazy = scripted([page("a", "k.a")]);
    for await (const { run_id } of lazy.client.runs.all()) if (run_id === "a") break;
    expect(lazy.sent).toHaveLength(1);
  });

  it("is told about a refused condition", async () => {
    const { client } = connected();
    expect(await errorOf(client.runs.search({ status: "odd" as never }))).toMatchObject({ code: "INVALID_PARAMETER" });
  });
});

describe("runs.delete", () => {
  it("deletes, and says what it cannot delete", async () => {
    const { client } = connected();
    await client.runs.delete(RUN_ID);
    expect(await errorOf(client.runs.delete(UNKNOWN_RUN))).toMatchObject({ code: "RUN_NOT_FOUND" });
  });

  it("waits for a run on its way to the archive", async () => {
    let asked = 0;
    const { client, clientPauses } = connected({
      removal: {
        remove: () => Promise.resolve(++asked < 3 ? err(fault("RUN_NOT_ARCHIVED", "on its way")) : ok(null)),
      },
    });
    await client.runs.delete(RUN_ID);
    expect(asked).toBe(3);
    expect(clientPauses).toEqual([2_000, 2_000]);
  });

  it("does not wait for a run that goes on", async () => {
    const { client, sent } = scripted([problem("RUN_NOT_FINISHED", 409)]);
    expect(await errorOf(client.runs.delete(RUN_ID))).toMatchObject({ code: "RUN_NOT_FINISHED" });
    expect(sent).toHaveLength(1);
  });
});

describe("deadLetters", () => {
  it("searches, shows and redrives", async () => {
    const { client } = connected();
    expect(await client.deadLetters.search({ status: "open" }, { limit: 1 })).toEqual({
      dead_letters: [LETTER],
      next: null,
    });
    expect(await client.deadLetters.get("m1")).toEqual(LETTER_PAGE);
    expect(await client.deadLetters.payload("m1")).toEqual({ type: "work" });
    expect(await client.deadLetters.redrive("m1")).toEqual(REDRIVEN);
    expect(await client.deadLetters.redriveMany({ ids: ["m1", "m2"] })).toMatchObject({ counts: { redriven: 2 } });
    expect(await client.deadLetters.redriveMany({ filter: {} })).toMatchObject({ results: [REDRIVEN] });
    expect(await errorOf(client.deadLetters.get("a/b"))).toMatchObject({ code: "DEAD_LETTER_NOT_FOUND" });
  });

  it("goes through all pages", async () => {
    const page = (id: string, next: string | null) => json({ dead_letters: [{ ...LETTER, id }], next });
    const { client } = scripted([page("a", "k.a"), page("b", null)]);
    const found: string[] = [];
    for await (const { id } of client.deadLetters.all()) found.push(id);
    expect(found).toEqual(["a", "b"]);
  });

  it("is told about a malformed message", async () => {
    const { client } = connected({
      deadLetters: { redrive: () => Promise.resolve(err(fault("DEAD_LETTER_UNREADABLE", "it has no type"))) },
    });
    expect(await errorOf(client.deadLetters.redrive("m1"))).toMatchObject({
      code: "DEAD_LETTER_UNREADABLE",
      status: 422,
    });
  });
});
