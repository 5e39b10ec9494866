import { describe, expect, it } from "vitest";
import { LIFECYCLES } from "../../../src/core/registry/node.ts";
import { judgeMove, meets, notRegistered } from "../../../src/core/registry/refusals.ts";

const node = (name: string, version: string, uuid: string, digest: string) => ({ name, version, uuid, digest });
const NODE = node("a", "1.0.0", "u1", "d1");

describe("what a registration meets", () => {
  it("is nobody among strangers and other versions of its own name", () => {
    expect(meets(NODE, [])).toEqual({ ok: true, value: "nobody" });
    expect(meets(NODE, [node("b", "1.0.0", "u2", "d1"), node("a", "2.0.0", "u1", "d2")])).toEqual({
      ok: true,
      value: "nobody",
    });
  });

  it("is itself when everything is the same, whoever else is there", () => {
    expect(meets(NODE, [node("b", "1.0.0", "u1", "d9"), NODE])).toEqual({ ok: true, value: "itself" });
  });

  it("is a rival under the same version, or under its uuid", () => {
    const taken = meets(NODE, [node("a", "1.0.0", "u1", "d2")]);
    expect(taken).toMatchObject({ ok: false, error: { code: "DUPLICATE_REGISTRATION", place: "a@1.0.0" } });
    const thief = meets(NODE, [node("b", "3.0.0", "u1", "d2")]);
    expect(thief).toMatchObject({
      ok: false,
      error: { code: "DUPLICATE_REGISTRATION", message: "uuid u1 belongs to b@3.0.0" },
    });
  });
});

describe("a lifecycle move", () => {
  it("is refused with the metadata code, the place and a hint", () => {
    expect(judgeMove("a@1.0.0", "archived", "active", {})).toMatchObject({
      ok: false,
      error: { code: "LIFECYCLE_INVALID", place: "a@1.0.0", details: { code: "LC003" } },
    });
    expect(judgeMove("a@1.0.0", "active", "archived", {})).toMatchObject({
      ok: false,
      error: { details: { code: "LC006" } },
    });
    expect(judgeMove("a@1.0.0", "active", "archived", { archivedReason: "unused" })).toEqual({
      ok: true,
      value: "archived",
    });
  });

  it("never leaves the archive", () => {
    for (const to of LIFECYCLES.filter((each) => each !== "archived")) {
      expect(
        judgeMove("a@1.0.0", "archived", to, { deprecatedBy: "11111111-1111-4111-8111-111111111111" }).ok,
        to,
      ).toBe(false);
    }
  });

  it("needs a node", () => {
    expect(notRegistered("a@1.0.0")).toMatchObject({ code: "NODE_NOT_FOUND", place: "a@1.0.0" });
  });
});
