import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderTemplate } from "../../../src/core/scaffold/template.ts";

describe("renderTemplate", () => {
  it("fills every token, as often as it stands there", () => {
    expect(renderTemplate("t", "{{a}}-{{b}}{{a}}\n", { a: "1", b: "2" })).toEqual({ ok: true, value: "1-21\n" });
  });

  it.each([
    ["a token nobody fills", "ok\n\nx {{missing}}\n", "t:3", "{{missing}}"],
    ["a property every object has", "{{constructor}}", "t:1", "{{constructor}}"],
    ["blanks inside the braces", "{{a}}\n{{ a }}", "t:2", "{{"],
    ["a name that is none", "{{Na-me}}", "t:1", "{{"],
    ["braces left open", "{{a}} {{a", "t:1", "{{"],
    ["braces only closed", "a}} {{a}}", "t:1", "}}"],
  ])("TEMPLATE_TOKEN for %s", (_, template, place, token) => {
    const rendered = renderTemplate("t", template, { a: "1" });
    expect(rendered).toMatchObject({ ok: false, error: { code: "TEMPLATE_TOKEN", place } });
    expect(rendered.ok ? "" : rendered.error.message).toContain(token);
  });

  it("takes a value as it is, whatever braces or tokens it holds", () => {
    const value = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("{{a}}", "{{b}}", "}}{{", "$1 $& $$", "{{"));
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(renderTemplate("t", "<{{a}}|{{b}}>", { a, b })).toEqual({ ok: true, value: `<${a}|${b}>` });
      }),
    );
  });
});
