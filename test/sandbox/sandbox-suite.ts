import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../contracts/json/json.ts";
import type { Sandbox } from "../../src/spi/sandbox.ts";

const fn = (body: string): string => `export default function (input) {\n${body}\n}\n`;

/** Code → what the message must say, and the line inside the code where known. */
const THROWS: readonly (readonly [title: string, code: string, message: RegExp, place: string])[] = [
  ["a thrown error, with its line", fn("\nthrow new TypeError('bad ' + input.n);"), /^TypeError: bad 1$/, "node.js:3"],
  [
    "an error in a function further down",
    fn("const f = () => {\n  null.x;\n};\nreturn f();"),
    /^TypeError: .*null/,
    "node.js:3",
  ],
  ["a thrown text", fn("throw 'no';"), /^threw "no"$/, "node.js"],
  ["a thrown null", fn("throw null;"), /^threw null$/, "node.js"],
  ["a syntax error, with its line", fn("\nlet x = ;"), /^SyntaxError/, "node.js:3"],
  ["a rejected promise", "export default async () => { throw new Error('later'); };", /^Error: later$/, "node.js:1"],
  ["an unknown name", fn("return fetch('https://example.org');"), /fetch/, "node.js:2"],
  ["an import", "import fs from 'node:fs';\nexport default () => 1;", /could not load module/, "node.js"],
  ["no default export", "export const a = 1;", /no function as its default export/, "node.js"],
  ["a default export that is no function", "export default 5;", /no function as its default export/, "node.js"],
  ["an error at the top level", "throw new Error('top');", /^Error: top$/, "node.js:1"],
  ["a NUL in the code", "export default () => '\0';", /no text/, "node.js"],
  ["half a surrogate pair in the code", "export default () => '\ud800';", /no text/, "node.js"],
];

const NOT_JSON: readonly (readonly [title: string, body: string, message: RegExp])[] = [
  ["nothing", "input.n++;", /returned nothing/],
  ["a function inside", "return { f() {} };", /"f" a function/],
  ["a symbol", "return { s: Symbol('x') };", /a symbol/],
  ["a BigInt", "return 1n;", /the result is a BigInt/],
  ["NaN", "return { n: NaN };", /"n" NaN/],
  ["Infinity", "return [1 / 0];", /Infinity/],
  ["undefined in a list", "return [undefined];", /undefined/],
  ["a Map", "return { m: new Map() };", /a Map/],
  ["an Error", "return new Error('x');", /an? Error/],
  ["a cycle", "const a = {}; a.a = [a]; return a;", /circular/],
  ["a zero below zero", "return { n: -0 };", /"n" -0/],
  ["an integer beyond 2^53", "return { a: [2 ** 53] };", /\$\.a\[0\] is 9007199254740992, an integer beyond/],
  ["half a surrogate pair", "return { a: { b: '\\ud83d' } };", /\$\.a\.b holds half of a surrogate pair/],
  ["half a surrogate pair in a key", "return { ['\\ude00']: 1 };", /half of a surrogate pair/],
  ["an iterator", "return { i: [][Symbol.iterator]() };", /"i" a Array Iterator/],
  ["more values than anybody reads", "return new Array(250_001).fill(0);", /more than 250000 values/],
  ["a getter that throws", "return { get a() { throw new Error('no ' + 1); } };", /^no 1$/],
  ["a nested result", "let a = []; for (let i = 0; i < 5e4; i++) a = [a]; return a;", /nested deeper than 200/],
  [
    "a nested result that writes itself",
    "let a = {}; for (let i = 0; i < 5e4; i++) { const b = a; a = { toJSON() { return { b }; } }; } return a;",
    /nested too deep/,
  ],
  [
    "a result nested deeper than anybody walks",
    "let a = []; for (let i = 0; i < 300; i++) a = [a]; return a;",
    /nested deeper than 200 levels/,
  ],
  ["a text over the cap", "return 'x'.repeat(2.2e6);", /larger than 2097152 bytes/],
];

const ENDLESS: readonly (readonly [title: string, code: string])[] = [
  ["a loop", fn("while (true) {}")],
  ["a loop that catches everything", fn("for (;;) try { for (;;); } catch {}")],
  ["a loop at the top level", "for (;;);"],
  ["a promise chain", fn("const again = async () => { for (;;) await 0; }; return again();")],
  ["a regular expression", fn("return /(a+)+b/.test('a'.repeat(60));")],
  ["a toJSON that never returns", fn("return { toJSON() { for (;;); } };")],
  ["an error whose message never ends", fn("throw { get message() { for (;;); } };")],
  ["a native search through 2^53 holes", fn("return [].indexOf.call({ length: 2 ** 53 - 1 }, 1);")],
  ["a native walk over a sparse list", fn("new Array(2 ** 32 - 1).forEach(() => {}); return 1;")],
  ["copies of a large text", fn("const s = 'x'.repeat(1e7); for (;;) s.slice(1);")],
  [
    "native sorting, over and over",
    fn("const a = Array.from({ length: 1e5 }, (_, i) => (i * 7919) % 100003); for (;;) a.slice().sort();"),
  ],
];

const GREEDY: readonly (readonly [title: string, body: string])[] = [
  ["a growing list of texts", "const a = []; for (;;) a.push('x'.repeat(1e5) + a.length);"],
  ["a growing list of objects", "const a = []; for (;;) a.push({ a });"],
  ["a text that doubles", "let s = 'ab'; for (;;) s += s;"],
  ["one large buffer", "return new Uint8Array(2 ** 30).length;"],
  ["typed arrays", "const a = []; for (;;) a.push(new Float64Array(1e5));"],
];

/** What any Sandbox must do, wherever it runs. `open` gives a sandbox with its default budget. */
export function sandboxSuite(label: string, open: () => Sandbox): void {
  describe(`${label}: sandbox`, () => {
    const sandbox = open();
    const run = (code: string, input: JsonValue = { n: 1 }) => sandbox.run(code, input);
    const stillWorks = async () =>
      expect(await run(fn("return { n: input.n + 1 };"), { n: 41 })).toEqual({ ok: true, value: { n: 42 } });

    it("hands the input in and the output out as JSON", async () => {
      const input = { "document.text": "ünï 😀 \u0000", list: [1, null, true, { deep: [] }], n: -1.5e-7 };
      expect(await run(fn("return input;"), input)).toEqual({ ok: true, value: input });
    });

    it("runs async functions, arrows and helpers beside the function", async () => {
      const code =
        "const twice = (n) => n * 2;\nexport default async ({ n }) => ({ n: await Promise.resolve(twice(n)) });";
      expect(await run(code, { n: 4 })).toEqual({ ok: true, value: { n: 8 } });
    });

    it("drops undefined properties as JSON does", async () => {
      expect(await run(fn("return { a: undefined, b: null };"))).toEqual({ ok: true, value: { b: null } });
    });

    it("carries a document of a megabyte through", async () => {
      const text = "lorem ipsum ".repeat(87_000);
      const code = fn("return { out: input.text.split(' ').map((word) => word.toUpperCase()).join(' ') };");
      const outcome = await sandbox.run(code, { text }, { maxCpuMs: 5_000 });
      expect(outcome).toEqual({ ok: true, value: { out: text.toUpperCase() } });
    });

    it.each(THROWS)("SANDBOX_ERROR for %s", async (_, code, message, place) => {
      const outcome = await run(code);
      expect(outcome).toMatchObject({ ok: false, error: { code: "SANDBOX_ERROR", place } });
      expect(outcome.ok ? "" : outcome.error.message).toMatch(message);
      await stillWorks();
    });

    it.each(NOT_JSON)("OUTPUT_STATE_INVALID for a result that is no JSON: %s", async (_, body, message) => {
      const outcome = await run(fn(body));
      expect(outcome).toMatchObject({ ok: false, error: { code: "OUTPUT_STATE_INVALID", retryable: false } });
      expect(outcome.ok ? "" : outcome.error.message).toMatch(message);
    });

    it.each(ENDLESS)("SANDBOX_BUDGET for %s", async (_, code) => {
      const outcome = await sandbox.run(code, { n: 1 }, { maxCpuMs: 200 });
      expect(outcome).toMatchObject({ ok: false, error: { code: "SANDBOX_BUDGET" } });
      await stillWorks();
    });

    it.each(GREEDY)("SANDBOX_MEMORY for %s", async (_, body) => {
      const outcome = await sandbox.run(fn(body), null, { maxCpuMs: 5_000 });
      expect(outcome).toMatchObject({ ok: false, error: { code: "SANDBOX_MEMORY" } });
      await stillWorks();
    });

    it("keeps to a memory budget of its own", async () => {
      const code = fn("return new Uint8Array(3e7).length;");
      const budget = { maxCpuMs: 20_000 };
      const small = await sandbox.run(code, null, { ...budget, maxMemoryBytes: 16 * 1024 * 1024 });
      const large = await sandbox.run(code, null, { ...budget, maxMemoryBytes: 120 * 1024 * 1024 });
      expect(small).toMatchObject({ ok: false, error: { code: "SANDBOX_MEMORY" } });
      expect(large).toEqual({ ok: true, value: 3e7 });
    });

    it.each([
      ["recursion", "const f = (n) => f(n + 1) + 1; return f(0);"],
      ["a text of nested lists", "return JSON.parse('['.repeat(1e5));"],
    ])("SANDBOX_ERROR for depth: %s", async (_, body) => {
      const outcome = await run(fn(body));
      expect(outcome).toMatchObject({ ok: false, error: { code: "SANDBOX_ERROR" } });
      expect(outcome.ok ? "" : outcome.error.message).toMatch(/too deep/);
      await stillWorks();
    });

    it.each([
      ["calls of functions", 1295, (n: number) => `const f = (n) => n ? 1 + f(n - 1) : 0; return f(${n});`],
      [
        "calls out of built-in functions",
        426,
        (n: number) => `const f = (n) => n ? [n - 1].map(f)[0] : 0; return f(${n});`,
      ],
      ["awaited calls", 459, (n: number) => `const f = async (n) => n ? 1 + await f(n - 1) : 0; return f(${n});`],
      ["nested lists in a text", 4814, (n: number) => `JSON.parse("[".repeat(${n}) + "]".repeat(${n})); return 1;`],
      ["nested code", 282, (n: number) => `return ${"(".repeat(n)}1${")".repeat(n)};`],
    ])("ends recursion at the same depth wherever it runs: %s", async (_, deepest, body) => {
      expect(await run(fn(body(deepest)))).toMatchObject({ ok: true });
      expect(await run(fn(body(deepest + 1)))).toMatchObject({
        ok: false,
        error: { code: "SANDBOX_ERROR", message: expect.stringMatching(/too deep/) as unknown },
      });
    });

    it("counts the levels of a result, not its lists and objects", async () => {
      const level = "let a = 1; for (let i = 0; i < 200; i++) a = i % 2 ? [a, 1] : { b: a, c: i > 0 ? [1] : 1 };";
      expect((await run(fn(`${level} return a;`))).ok).toBe(true);
      expect(await run(fn(`${level} return [a];`))).toMatchObject({ error: { code: "OUTPUT_STATE_INVALID" } });
    });

    it("takes brackets in a text for what they are", async () => {
      const braces = "[".repeat(500);
      expect(await run(fn(`return ${JSON.stringify(braces)};`))).toEqual({ ok: true, value: braces });
    });

    it("SANDBOX_ERROR for a promise nothing can settle", async () => {
      const outcomes = [
        await run(fn("return new Promise(() => {});")),
        await run("await new Promise(() => {});\nexport default () => 1;"),
      ];
      for (const outcome of outcomes) {
        expect(outcome).toMatchObject({
          ok: false,
          error: { code: "SANDBOX_ERROR", message: expect.stringMatching(/never settles/) as unknown },
        });
      }
    });

    it("clips a message without end", async () => {
      const outcome = await run(fn("throw new Error('x'.repeat(1e5));"));
      expect(outcome.ok ? "" : outcome.error.message).toMatch(/^Error: x{400,500}…$/);
    });

    it.each([
      ["new Date()", "return new Date().getTime();"],
      ["Date()", "return Date();"],
      ["Date.now()", "return Date.now();"],
      ["Math.random()", "return Math.random();"],
      ["a Date reached another way", "return new (new Date(0).constructor)().getTime();"],
    ])("has no clock and no randomness: %s", async (_, body) => {
      const outcome = await run(fn(body));
      expect(outcome).toMatchObject({
        ok: false,
        error: { code: "SANDBOX_ERROR", message: expect.stringMatching(/not available in the sandbox/) as unknown },
      });
    });

    it("computes with explicit times, always in UTC", async () => {
      const body = `
        const at = (...args) => new Date(...args).toISOString();
        return {
          local: at("2024-02-03T04:05:06"), zoned: at("2024-02-03T04:05:06+02:00"), day: at("2024-02-03"), parts: at(2024, 1, 3, 4),
          words: at("Feb 3 2024"), copy: at(new Date(5)), parsed: Date.parse("2024-02-03T04:05:06"),
          hours: new Date(0).getHours(), offset: new Date(0).getTimezoneOffset(), text: String(new Date(0)),
          shown: new Date(0).toLocaleDateString(), is: new Date(0) instanceof Date, json: new Date(0),
        };`;
      expect(await run(fn(body))).toEqual({
        ok: true,
        value: {
          local: "2024-02-03T04:05:06.000Z",
          zoned: "2024-02-03T02:05:06.000Z",
          day: "2024-02-03T00:00:00.000Z",
          parts: "2024-02-03T04:00:00.000Z",
          words: "2024-02-03T00:00:00.000Z",
          copy: "1970-01-01T00:00:00.005Z",
          parsed: 1_706_933_106_000,
          hours: 0,
          offset: 0,
          text: "Thu, 01 Jan 1970 00:00:00 GMT",
          shown: "1970-01-01",
          is: true,
          json: "1970-01-01T00:00:00.000Z",
        },
      });
    });

    it("offers no way out", async () => {
      const names = ["process", "require", "fetch", "crypto", "performance", "setTimeout", "WebAssembly", "Worker"];
      const outcome = await run(fn(`return ${JSON.stringify(names)}.filter((name) => name in globalThis);`));
      expect(outcome).toEqual({ ok: true, value: [] });
    });

    it("remembers nothing from one call to the next", async () => {
      const code =
        "let calls = 0;\nexport default () => { globalThis.kept = (globalThis.kept ?? 0) + 1; return [++calls, globalThis.kept]; };";
      expect([await run(code), await run(code)]).toEqual([
        { ok: true, value: [1, 1] },
        { ok: true, value: [1, 1] },
      ]);
    });

    it("is not confused by code that breaks what the result travels through", async () => {
      const body =
        "JSON.stringify = JSON.parse = Promise.prototype.then = Array.isArray = null; Object.prototype.toString = null; return { a: [1] };";
      expect(await run(fn(body))).toEqual({ ok: true, value: { a: [1] } });
      await stillWorks();
    });

    it("refuses and answers the same every time", async () => {
      const code = fn("const a = []; for (let i = 0; i < input.n; i++) a.push(i * i); return a.length;");
      const once = async (n: number) => JSON.stringify(await sandbox.run(code, { n }, { maxCpuMs: 50 }));
      for (const n of [10, 100_000, 10_000_000]) expect(await once(n)).toBe(await once(n));
    });

    it("asks right before it runs the code whether it may, and runs nothing when it may not", async () => {
      let spent = 0;
      const call = { maxCpuMs: 10, onSpent: (cpuMs: number) => (spent += cpuMs) };
      const refused = await sandbox.run(fn("for (;;);"), null, { ...call, mayBegin: () => false });
      expect(refused).toMatchObject({ ok: false, error: { code: "SERVICE_UNAVAILABLE" } });
      expect(spent).toBe(0);
      await sandbox.run(fn("for (;;);"), null, { ...call, mayBegin: () => true });
      expect(spent).toBe(10);
      // Of several that begin together each is asked when those before it have paid.
      let left = 25;
      const outcomes = await Promise.all(
        Array.from({ length: 5 }, () =>
          sandbox.run(fn("for (;;);"), null, {
            maxCpuMs: 10,
            mayBegin: () => left >= 10,
            onSpent: (cpuMs) => (left -= cpuMs),
          }),
        ),
      );
      expect(outcomes.filter((one) => !one.ok && one.error.code === "SANDBOX_BUDGET")).toHaveLength(2);
      expect(left).toBe(5);
    });

    it("serves calls that overlap", async () => {
      const outcomes = await Promise.all([1, 2, 3].map((n) => run(fn("return input.n * 2;"), { n })));
      expect(outcomes).toEqual([2, 4, 6].map((value) => ({ ok: true, value })));
    });
  });
}
