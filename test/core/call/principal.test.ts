import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_PRINCIPAL, principalId, principalOf, type Principal } from "../../../src/core/call/principal.ts";

const name = fc.string({ unit: "binary" });
const known: fc.Arbitrary<Principal> = fc.oneof(
  fc.record({ kind: fc.constantFrom("token" as const, "host" as const), name }),
  fc.record({ kind: fc.constant("subject" as const), issuer: name, subject: name }),
);

describe("a principal as text", () => {
  it("is short for the one token there is", () => {
    expect(principalId(DEFAULT_PRINCIPAL)).toBe("token:default");
  });

  it("is read as the principal it was written from, and as no other", () => {
    fc.assert(
      fc.property(known, (principal) => {
        expect(principalOf(principalId(principal))).toEqual(principal);
      }),
    );
  });

  it("stays what it is when nobody here can read it", () => {
    for (const id of [
      "",
      "robot:7",
      "subject:",
      "subject:[1,2]",
      'subject:["a"]',
      'subject: ["a","b"]',
      "subject:null",
    ])
      expect(principalOf(id)).toEqual({ kind: "unknown", id });
    fc.assert(
      fc.property(name, (text) => {
        expect(principalId(principalOf(text))).toBe(text);
      }),
    );
  });
});
