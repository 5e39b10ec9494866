import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../../contracts/json/json.ts";
import { ANY_RUN } from "../../../src/core/search/run-query.ts";
import type { LogFields } from "../../../src/spi/log.ts";
import { rowsOf } from "../../support/archive-audit.ts";
import { CALL } from "../../support/call.ts";
import { pureNode, testEngine } from "../../support/engines.ts";
import { valueOf } from "../../support/steered-run.ts";

const SHOUT = pureNode("shout", "text.in", "text.loud", (text) => text.toUpperCase());

describe.each([
  ["RECORD_UNREADABLE", "no JSON", (line: string) => "x".repeat(line.length)],
  ["RECORD_UNREADABLE", "cut in half", (line: string) => line.slice(0, line.length / 2).padEnd(line.length)],
  ["RECORD_NEWER", "of version 99", (line: string) => line.replace('"v":2,', '"v":9,')],
])("an archive line that is %s: %s", (code, _, damage) => {
  it("is told of with its code, holds up no other, and is gone and back when it is deleted and imported", async () => {
    const told: LogFields[] = [];
    const world = await testEngine([SHOUT], (ports) => ({
      ...ports,
      log: { ...ports.log, error: (_message, fields) => void told.push(fields) },
    }));
    const ids: string[] = [];
    for (const text of ["first", "second", "third"])
      ids.push(valueOf(await world.send("goal.run", { want: ["text.loud"], given: { "text.in": text } })).runId);
    await world.settle();
    const { runs, search, control, removal } = world.engine.services;
    const [first = "", second = "", third = ""] = ids;
    const exported = valueOf(await control.exportRun(CALL, second)) as unknown as JsonValue;
    const before = await runs.view(CALL, second);
    const row = (await rowsOf(world.engine.ports)).find(({ runId }) => runId === second);
    const place = row?.archive;
    if (!place) throw new Error("it is not archived");
    const object = (await world.engine.ports.blobs.get(place.key)) ?? "";
    const line = object.slice(place.offset, place.offset + place.length);
    const damaged = damage(line);
    expect(damaged).not.toBe(line);
    const text = object.slice(0, place.offset) + damaged + object.slice(place.offset + place.length);
    await world.engine.ports.blobs.put(place.key, text);

    await expect(runs.view(CALL, second)).rejects.toMatchObject({ code });
    await expect(runs.events(CALL, second, 0)).rejects.toMatchObject({ code });
    expect(await control.exportRun(CALL, second)).toMatchObject({ ok: false, error: { code } });
    expect(told.length).toBeGreaterThan(2);
    for (const fields of told) expect(fields).toMatchObject({ run_id: second, code });
    for (const id of [first, third]) expect(await runs.view(CALL, id)).toMatchObject({ status: "succeeded" });
    expect((await search.search(CALL, ANY_RUN, { limit: 9, after: null })).items).toHaveLength(3);

    expect(await removal.remove(CALL, second)).toMatchObject({ ok: true });
    expect(await runs.view(CALL, second)).toBeNull();
    valueOf(await control.importRun(CALL, exported));
    await world.settle();
    expect(await runs.view(CALL, second)).toEqual(before);
    for (const id of [first, third]) expect(await runs.view(CALL, id)).toMatchObject({ status: "succeeded" });
  });
});
