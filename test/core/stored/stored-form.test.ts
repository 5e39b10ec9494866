import { describe, expect, it } from "vitest";
import { STORED_FORMS } from "../../../src/core/stored/forms.ts";
import { currentVersion, readStored, upgraded, versioned } from "../../../src/core/stored/stored-form.ts";

const form = versioned("a thing", [
  (old: { name: string }) => ({ v: 2, names: [old.name] }),
  (old: { names: readonly string[] }) => ({ v: 3, names: old.names, count: old.names.length }),
]);

describe("a stored form", () => {
  it("is brought to the newest version from any before it", () => {
    const newest = { v: 3, names: ["a"], count: 1 };
    expect(currentVersion(form)).toBe(3);
    for (const stored of [{ name: "a" }, { v: 1, name: "a" }, { v: 2, names: ["a"] }, newest])
      expect(upgraded(form, stored)).toEqual({ ok: true, value: newest });
  });

  it("of later code is refused with both versions, and holds nothing of what is stored", () => {
    expect(upgraded(form, { v: 4, secret: "s" })).toEqual({
      ok: false,
      error: {
        code: "RECORD_NEWER",
        message: "a thing is stored in version 4, and this deployment reads up to 3",
        hint: "deploy the release that wrote it, or a later one",
        details: { version: 4, ours: 3 },
      },
    });
  });

  it.each([["{"], [""], ['{"v":0}'], ['{"v":1.5}'], ['{"v":"2"}'], ['{"v":null,"name":1}'], ['{"v":2}']])(
    "that is none is refused: %s",
    (text) => {
      expect(readStored(form, text, (stored) => stored)).toMatchObject({ error: { code: "RECORD_UNREADABLE" } });
    },
  );

  it("is read by what makes it, whose exception is a refusal", () => {
    const make = (stored: { readonly names: readonly string[] }): number => {
      if (stored.names[0] === "bad") throw new RangeError("secret");
      return stored.names.length;
    };
    expect(readStored(form, '{"name":"a"}', make)).toEqual({ ok: true, value: 1 });
    expect(JSON.stringify(readStored(form, '{"name":"bad"}', make))).not.toContain("secret");
  });
});

it("every kind has words for one, and a way of telling its first version", () => {
  for (const [kind, { noun, upgraders }] of Object.entries(STORED_FORMS)) {
    expect(noun, kind).toMatch(/^(a|an|the) /);
    expect(upgraders).toBeInstanceOf(Array);
  }
  expect(upgraded(STORED_FORMS.snapshot, { format: "onex-run/1" }).ok).toBe(true);
  expect(upgraded(STORED_FORMS.snapshot, { format: "onex-run/2" })).toMatchObject({ error: { code: "RECORD_NEWER" } });
});
