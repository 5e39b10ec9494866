import { fn } from "./program.ts";

/** Texts of any length and kind in what is thrown; the record holds little of them, and only whole characters. */
export const LOUD_ERRORS: readonly (readonly [title: string, code: string, message: RegExp])[] = [
  ["a long message", fn("throw new Error('x'.repeat(3e6));"), /^Error: x+…$/],
  ["a long name", fn("const e = new Error('x'); e.name = 'N'.repeat(3e6); throw e;"), /^N{99}…: x$/],
  ["a long stack", fn("const e = new Error('x'); e.stack = 'node.js:' + '9'.repeat(3e6); throw e;"), /^Error: x$/],
  [
    "a long name of a function",
    fn(`const e = { ['${"f".repeat(10)}'.repeat(1e5)]: () => { throw new Error('x'); } }; Object.values(e)[0]();`),
    /^Error: x$/,
  ],
  ["a long text", fn("throw 'x'.repeat(3e6);"), /^threw "x+…$/],
  ["a long list", fn("throw new Array(1e5).fill('x');"), /^threw \["x",.*…$/],
  [
    "an object of many members",
    fn("const o = {}; for (let i = 0; i < 1e4; i++) o['k' + i] = i; throw o;"),
    /^threw \{"k0":0,.*…$/,
  ],
  ["a long big integer", fn("throw 7n ** 10000n;"), /^threw \d+…$/],
  ["a long symbol", fn("throw Symbol('x'.repeat(1e6));"), /^threw Symbol\(x+…$/],
  ["a long function", `export default () => { throw () => { ${"/* x */".repeat(1000)} }; };`, /^threw \(\) => \{.*…$/],
  ["half a character", fn("throw new Error('\\ud83d');"), /^Error: \ufffd$/],
  ["half a character in the name", fn("throw { name: '\\ud83d', message: '\\ude00' };"), /^\ufffd: \ufffd$/],
  ["half a character that is thrown", fn("throw '\\ud83d';"), /^threw "(\\ud83d|\ufffd)"$/],
  [
    "a character where the message is cut",
    fn("throw new Error('x'.repeat(491) + '😀'.repeat(10));"),
    /^Error: x{491}…$/,
  ],
  ["characters where each text is cut", fn("throw new Error('😀'.repeat(2000));"), /^Error: (😀)+…$/],
  ["control characters", fn("throw new Error('\\u0000\\u001b[31m\\u0007');"), /^Error: /],
  ["a message that is no text", fn("throw { message: { toString: () => 'x' } };"), /^threw \{"message":\{\}\}$/],
  ["a name that is no text", fn("const e = new Error('x'); e.name = 5; throw e;"), /^Error: x$/],
  [
    "texts that throw",
    fn(
      "throw { get message() { throw 1; }, get name() { throw 2; }, get stack() { throw 3; }, toJSON() { throw 4; } };",
    ),
    /^threw an object$/,
  ],
  [
    "a proxy that throws",
    fn("throw new Proxy({}, { get() { throw 1; }, ownKeys() { throw 2; } });"),
    /^threw an object$/,
  ],
  [
    "a revoked proxy",
    fn("const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); throw proxy;"),
    /^threw an object$/,
  ],
  ["a cycle", fn("const a = {}; a.a = a; throw a;"), /^threw an object$/],
  [
    "causes without end",
    fn("let e = new Error('first'); for (let i = 0; i < 1e4; i++) e = new Error('x', { cause: e }); throw e;"),
    /^Error: x$/,
  ],
  [
    "many errors in one",
    fn("throw new AggregateError(Array.from({ length: 1e3 }, () => new Error('x'.repeat(100))), 'all');"),
    /^AggregateError: all$/,
  ],
  ["nothing", fn("throw undefined;"), /^threw undefined$/],
  ["null", fn("throw null;"), /^threw null$/],
  ["a rejection of a long text", "export default async () => { throw new Error('x'.repeat(3e6)); };", /^Error: x+…$/],
  ["an error of the compiler about a long name", fn(`return ${"n".repeat(100_000)};`), /^ReferenceError: 'n+/],
  ["an error of syntax about a long text", fn(`return "${"n".repeat(100_000)};`), /^SyntaxError: /],
  ["an error of the top level", `throw new TypeError('x'.repeat(3e6));\nexport default 1;`, /^TypeError: x+…$/],
  [
    "an error that says the memory is full",
    fn("throw Object.assign(new Error('string too long' + 'x'.repeat(1e6)), { name: 'InternalError' });"),
    /^InternalError: string too longx+…$/,
  ],
];

/** Texts of any length and kind in what is wrong with a result. */
export const LOUD_RESULTS: readonly (readonly [title: string, body: string, message: RegExp])[] = [
  ["a long key", "return { ['k'.repeat(1e6)]: () => 1 };", /^the result holds at "k{100}" a function/],
  ["a long key of half a character", "return { ['\\ud83d'.repeat(1e3)]: 1 };", /half of a surrogate pair/],
  ["a long key on the way", "return { ['k'.repeat(1e5)]: { n: 2 ** 60 } };", /an integer beyond/],
  [
    "a long tag",
    "return { a: Object.create({ [Symbol.toStringTag]: 'T'.repeat(1e6) }) };",
    /^the result holds at "a" a T+…$/,
  ],
  ["a getter that throws a long text", "return { get a() { throw new Error('x'.repeat(1e6)); } };", /^x+…$/],
  [
    "a toJSON that throws half a character",
    "return { toJSON() { throw '\\ud83d'; } };",
    /^turning the result into JSON threw "(\\ud83d|\ufffd)"$/,
  ],
  [
    "a way of two hundred long keys",
    "let a = 2 ** 60; for (let i = 0; i < 200; i++) a = { ['k'.repeat(1e3) + i]: a }; return a;",
    /an integer beyond/,
  ],
];
