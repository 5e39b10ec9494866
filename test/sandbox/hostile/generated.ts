import fc from "fast-check";

const SMALL = [
  "0",
  "1",
  "-0",
  "NaN",
  "2 ** 53",
  "1e5",
  "'ab'",
  "'\\ud83d'",
  "null",
  "undefined",
  "7n ** 300n",
  "Symbol()",
  "input",
];
const CALLS = [
  "[].indexOf.call({ length: 2 ** 40 }, 1)",
  "Array.from({ length: 1e4 }, (_, i) => i).sort((a, b) => (b ^ a) - 3)",
  "'ab'.repeat(1e4).split('').join('-')",
  "'lorem ipsum '.repeat(500).replace(/o/g, (m) => m + f)",
  "/(a+)+b/.test('a'.repeat(24))",
  "JSON.stringify(kept)",
  "JSON.parse('[1,{\"a\":[]}]', (k, v) => v)",
  "String(7n ** 5000n)",
  "new Uint8Array(3e5).fill(7).slice().sort()",
  "structured(kept)",
  "Promise.resolve().then(f)",
  "Promise.all([f, f])",
  "Reflect.ownKeys(new Proxy(kept, {}))",
  "new RegExp('(' + 'a|'.repeat(50) + 'b)*').exec('ab'.repeat(50))",
  "eval('1 + 1')",
  "new Function('return f')()",
  "kept.push('x'.repeat(1e5) + kept.length)",
  "kept.push({ a: kept, toString: f })",
  "new WeakRef(kept).deref()",
  "new Error('x'.repeat(1e4), { cause: kept }).stack",
  "new Date(5).toISOString()",
  "Object.assign(Object.create(kept), { ...kept })",
  "kept.concat(kept).length",
  "new Map(kept.map((x, i) => [i, x]))",
  "`${kept.length}`.padStart(1e5, 'ab')",
];

const value = fc.constantFrom(...SMALL);
const call = fc.constantFrom(...CALLS);
const turns = fc.constantFrom("1", "3", "50", "1e4", "Infinity");

const { body } = fc.letrec<{ body: string; line: string }>((tie) => ({
  body: fc.array(tie("line"), { minLength: 1, maxLength: 4, depthIdentifier: "line" }).map((lines) => lines.join("\n")),
  line: fc.oneof(
    { depthSize: "small", depthIdentifier: "line", withCrossShrink: true },
    call.map((what) => `${what};`),
    value.map((what) => `kept[0] = ${what};`),
    value.map((what) => `return ${what};`),
    value.map((what) => `throw ${what};`),
    call.map((what) => `return { a: [${what}] };`),
    call.map((what) => `await ${what};`),
    fc.constant("await f();"),
    fc.constant("f();"),
    fc.constant("return { get a() { return f(); }, toJSON: f };"),
    fc.tuple(turns, tie("body")).map(([count, inner]) => `for (let i = 0; i < ${count}; i++) {\n${inner}\n}`),
    fc.tuple(tie("body"), tie("body")).map(([tried, caught]) => `try {\n${tried}\n} catch {\n${caught}\n}`),
    fc.tuple(tie("body"), tie("body")).map(([tried, last]) => `try {\n${tried}\n} finally {\n${last}\n}`),
    tie("body").map((inner) => `for await (const x of (async function* () {\n${inner}\nyield 1;\n})());`),
    tie("body").map((inner) => `await { then: async (done) => {\n${inner}\ndone(f);\n} };`),
    tie("body").map((inner) => `Promise.resolve().then(async () => {\n${inner}\n});`),
  ),
}));

/** Programs out of what hostile ones are made of: loops that may have no end, errors caught, jobs, native work, memory. */
export const hostileCode: fc.Arbitrary<string> = body.map(
  (inner) =>
    `export default async function f(input) {\n${inner}\n}\nconst kept = [];\nconst structured = (x) => JSON.parse(JSON.stringify(x) ?? "0");\n`,
);
