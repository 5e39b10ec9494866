import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codeModule } from "../../../src/core/scaffold/code-module.ts";

describe("codeModule", () => {
  it.each([
    ["a body", "return { n: input.n };", "export default function (input) {\nreturn { n: input.n };\n}\n", 2],
    ["a body that awaits", "return await f();", "export default async function (input) {\nreturn await f();\n}\n", 2],
    [
      "a body that begins with a helper",
      "function f() {}\nreturn f();",
      "export default function (input) {\nfunction f() {}\nreturn f();\n}\n",
      2,
    ],
    [
      "an arrow function",
      "(input) => ({ n: 1 });",
      "export default function (input) {\n  return (\n(input) => ({ n: 1 })\n  )(input);\n}\n",
      3,
    ],
    [
      "an async arrow function",
      "async x => x",
      "export default function (input) {\n  return (\nasync x => x\n  )(input);\n}\n",
      3,
    ],
    [
      "an arrow after a comment",
      "// doubles\n(i) => i",
      "export default function (input) {\n  return (\n// doubles\n(i) => i\n  )(input);\n}\n",
      3,
    ],
    [
      "a function expression",
      "function (x) { return x; }",
      "export default function (input) {\n  return (\nfunction (x) { return x; }\n  )(input);\n}\n",
      3,
    ],
    [
      "a module",
      "const two = 2;\nexport default (x) => x * two;",
      "const two = 2;\nexport default (x) => x * two;\n",
      1,
    ],
    [
      "line ends of Windows",
      "const a = 1;\r\nreturn a;\r\n",
      "export default function (input) {\nconst a = 1;\nreturn a;\n}\n",
      2,
    ],
    [
      "a body that ends in a comment",
      "return 1; // done",
      "export default function (input) {\nreturn 1; // done\n}\n",
      2,
    ],
  ])("makes a module of %s", (_, code, text, firstLine) => {
    expect(codeModule(code)).toEqual({ text, firstLine });
  });

  it("keeps the author's lines together, from the line it names", () => {
    const line = fc.constantFrom("const a = 1;", "  b();", "// c", "return a;", "x => x", "await y;");
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), (lines) => {
        const { text, firstLine } = codeModule(`start();\n${lines.join("\n")}`);
        expect(text.split("\n").slice(firstLine - 1, firstLine + lines.length)).toEqual(["start();", ...lines]);
      }),
    );
  });

  it("reads a megabyte of blanks once, wherever they stand", () => {
    const blanks = " \n".repeat(500_000);
    expect(codeModule(`x => x${blanks}`)).toEqual(codeModule("x => x"));
    expect(codeModule(`x => (${blanks}x);;${blanks};`).text).toContain(`(${blanks}x)\n  )(input)`);
  });
});
