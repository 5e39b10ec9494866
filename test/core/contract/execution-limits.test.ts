import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { contractFrom } from "../../../src/core/contract/load-contract.ts";
import { change, refusals, usable } from "./contracts.ts";

const limited = (...limits: readonly JsonObject[]): JsonObject => change({ execution: { limits } });

describe("the limits of a contract", () => {
  it("are read in every form", () => {
    const { limits } = usable(
      limited(
        { max_concurrent: 5 },
        { group: "openai", max_concurrent: 10 },
        { group: "per-user", key: "document.lang", max_concurrent: 1 },
        { rate: 100, per_seconds: 60 },
      ),
    ).execution;
    expect(limits).toEqual([
      { group: null, key: null, allows: { kind: "slots", max: 5 } },
      { group: "openai", key: null, allows: { kind: "slots", max: 10 } },
      { group: "per-user", key: "document.lang", allows: { kind: "slots", max: 1 } },
      { group: null, key: null, allows: { kind: "rate", max: 100, perMs: 60_000 } },
    ]);
  });

  it("are absent when there are none", () => {
    expect(usable(limited()).execution).not.toHaveProperty("limits");
    expect(usable(change({})).execution).not.toHaveProperty("limits");
  });

  it.each([
    ["nothing at once", [{ max_concurrent: 0 }], "max_concurrent"],
    ["a rate without its time", [{ rate: 5 }], "per_seconds"],
    ["a time without its rate", [{ per_seconds: 5 }], "rate"],
    ["both kinds in one", [{ rate: 5, per_seconds: 1, max_concurrent: 1 }], "rate"],
    ["a limit of nothing", [{ group: "openai" }], "max_concurrent"],
    ["a key that is no input", [{ key: "user.id", max_concurrent: 1 }], "key"],
    ["a group nobody can name", [{ group: "Open AI", max_concurrent: 1 }], "group"],
  ])("%s is refused at its place, with a hint", (_, limits, field) => {
    const loaded = contractFrom(limited(...(limits as readonly JsonObject[])));
    expect(loaded).toMatchObject({
      ok: false,
      error: [{ code: "ST001", place: `$.execution.limits[0].${field}`, hint: expect.stringMatching(/\w/) }],
    });
  });

  it("unknown fields and the same limit twice are refused", () => {
    expect(refusals(limited({ max_concurrent: 1, per_minute: 3 }))).toEqual(["ST001 $.execution.limits[0]"]);
    expect(refusals(limited({ max_concurrent: 1 }, { rate: 1, per_seconds: 1 }, { max_concurrent: 2 }))).toEqual([
      "ST001 $.execution.limits[2]",
    ]);
  });

  it("a composite has none of its own", () => {
    expect(refusals(change({ graph: { steps: [] }, execution: { limits: [{ max_concurrent: 1 }] } }))).toEqual([
      "ST001 $.execution.limits[0]",
    ]);
  });
});
