import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { meantMember } from "../../../src/core/envelope/meant-member.ts";

const KNOWN = ["source_node", "on_success", "on_failure", "trace_id", "tags", "idempotency_key"];

const swapped = (name: string, at: number): string =>
  name.slice(0, at) + (name[at + 1] ?? "") + (name[at] ?? "") + name.slice(at + 2);

describe("meantMember", () => {
  it.each([
    ["on_sucess", "on_success"],
    ["onSuccess", "on_success"],
    ["on-success", "on_success"],
    ["traceId", "trace_id"],
    ["tgas", "tags"],
    ["tag", "tags"],
    ["idempotency", "idempotency_key"],
    ["dempotency_key", "idempotency_key"],
    ["sorce_node", "source_node"],
  ])("%s is %s", (written, meant) => {
    expect(meantMember(written, KNOWN)).toBe(meant);
  });

  it.each([
    "source",
    "node",
    "key",
    "source_node_id",
    "my_source_node",
    "priority",
    "id",
    "",
    "on",
    "security_context",
  ])("%j is a name of its own", (written) => {
    expect(meantMember(written, KNOWN)).toBeNull();
  });

  it("knows every name with a letter less, one twice, or two that changed places", () => {
    const slip = fc
      .record({
        name: fc.constantFrom(...KNOWN),
        at: fc.nat({ max: 14 }),
        kind: fc.constantFrom("less", "twice", "swap"),
      })
      .filter(({ name, at }) => at < name.length - 1 && name[at] !== "_" && name[at + 1] !== "_");
    fc.assert(
      fc.property(slip, ({ name, at, kind }) => {
        const less = name.slice(0, at) + name.slice(at + 1);
        const twice = name.slice(0, at + 1) + name.slice(at);
        const written = kind === "less" ? less : kind === "twice" ? twice : swapped(name, at);
        expect(meantMember(written, KNOWN)).toBe(name);
      }),
    );
  });

  it("means nothing that is not known", () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string({ minLength: 1 })), (written, known) => {
        const meant = meantMember(written, known);
        expect(meant === null || known.includes(meant)).toBe(true);
      }),
    );
  });
});
