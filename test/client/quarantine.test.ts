import { describe, expect, it } from "vitest";
import { ASIDE, ASIDE_RAW, RUN_ID, UNKNOWN_RUN } from "../http/samples.ts";
import { connected } from "./connected.ts";
import { errorOf, json, scripted } from "./server.ts";

describe("quarantine", () => {
  it("lists, shows, exports, retries and ends", async () => {
    const { client } = connected();
    expect(await client.quarantine.list()).toEqual({ runs: [ASIDE], next: null });
    expect(await client.quarantine.get(RUN_ID)).toEqual(ASIDE);
    expect(await client.quarantine.raw(RUN_ID)).toEqual(ASIDE_RAW);
    expect(await client.quarantine.retry(RUN_ID)).toMatchObject({ released: true, status: "running" });
    expect(await client.quarantine.end(RUN_ID, { reason: "lost" })).toEqual({ run_id: RUN_ID, status: "failed" });
    expect(await client.quarantine.end(RUN_ID)).toMatchObject({ status: "failed" });
  });

  it("is told about a run that is in none", async () => {
    const { client } = connected();
    for (const asked of [client.quarantine.get(UNKNOWN_RUN), client.quarantine.end(UNKNOWN_RUN)])
      expect(await errorOf(asked)).toMatchObject({ code: "RUN_NOT_FOUND" });
  });

  it("goes through all pages, and no further than asked", async () => {
    const page = (id: string, next: string | null) => json({ runs: [{ ...ASIDE, run_id: id }], next });
    const { client, sent } = scripted([page("a", "k.a"), page("b", null)]);
    const found: string[] = [];
    for await (const { run_id } of client.quarantine.all()) found.push(run_id);
    expect(found).toEqual(["a", "b"]);
    expect(sent.map(({ url }) => new URL(url).searchParams.get("cursor"))).toEqual([null, "k.a"]);
  });
});
