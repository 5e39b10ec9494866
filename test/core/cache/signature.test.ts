import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cachedValueKey, readCachedValueKey } from "../../../src/core/cache/blob-key.ts";
import { boundaryCall } from "../../../src/core/cache/boundary-call.ts";
import { configHash, signatureOf, type SignedCall } from "../../../src/core/cache/signature.ts";
import { valueHash } from "../../../src/core/run/model/hash.ts";

const calls: fc.Arbitrary<SignedCall> = fc.record({
  node: fc.constantFrom("shout", "twice"),
  version: fc.constantFrom("1.0.0", "1.0.1"),
  inputHash: fc.constantFrom("a", "b"),
  configHash: fc.constantFrom("a", "b"),
});

describe("a signature", () => {
  it("is the hash of node, version, input and configuration, and of nothing else", () => {
    const call = { node: "shout", version: "1.0.0", inputHash: "i", configHash: "c" };
    expect(signatureOf(call)).toBe(valueHash({ config_hash: "c", input_hash: "i", version: "1.0.0", node: "shout" }));
  });

  it("differs exactly when one of them differs", () => {
    fc.assert(
      fc.property(calls, calls, (a, b) => {
        const same = (Object.keys(a) as (keyof SignedCall)[]).every((key) => a[key] === b[key]);
        expect(signatureOf(a) === signatureOf(b)).toBe(same);
      }),
    );
  });

  it("of a configuration does not depend on the order of its keys", () => {
    expect(configHash({ a: 1, b: { c: 2, d: 3 } })).toBe(configHash({ b: { d: 3, c: 2 }, a: 1 }));
    expect(configHash({ a: 1 })).not.toBe(configHash({ a: 2 }));
  });

  it("of a composite tells a large value from a small one that looks like it", () => {
    const body = { node: "outer", version: "1.0.0", bodyHash: "b" };
    const sha256 = valueHash("x");
    const of = (inputs: Parameters<typeof boundaryCall>[1]): string => boundaryCall(body, inputs).inputHash;
    const ref = { key: "values/default/2026-01-01/x", sha256, bytes: 70_000 };
    expect(of({ a: { ref } })).toBe(of({ a: { ref: { ...ref, key: "values/default/2026-01-02/x" } } }));
    expect(of({ a: { ref } })).not.toBe(of({ a: { v: "x" } }));
    expect(of({ a: { v: "x" } })).not.toBe(of({ b: { v: "x" } }));
  });
});

describe("the key of a cached value", () => {
  it("tells its entry, for any tenant", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1 }), fc.nat(9), (tenant, place) => {
        const entry = { tenant, node: "shout", version: "1.2.3", signature: valueHash(tenant) };
        const key = cachedValueKey(entry, "r00_1", place, Date.UTC(2026, 0, 31, 23));
        expect(key.startsWith("cache/2026-01-31/")).toBe(true);
        expect(readCachedValueKey(key)).toEqual({ ...entry, day: "2026-01-31" });
      }),
    );
  });

  it.each(["values/default/2026-01-31/x", "cache/2026-01-31/t/shout@1.0.0/short/r.0", "cache/t/shout@1.0.0/x", ""])(
    "%j is none",
    (key) => {
      expect(readCachedValueKey(key)).toBeNull();
    },
  );
});
