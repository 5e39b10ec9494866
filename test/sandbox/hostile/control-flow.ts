import { endless } from "./program.ts";

/** Loops, calls, and errors that are caught to go on. */
export const CONTROL_FLOW = endless({
  "a loop": "for (;;);",
  "a loop at the top level": "export default 1; for (;;);",
  "a loop that catches everything": "for (;;) try { for (;;); } catch {}",
  "a loop in a finally block": "try { return 1; } finally { for (;;); }",
  "labels that jump to each other": "a: for (;;) { b: for (;;) { continue a; } }",
  "a label that is left and entered again": "a: { b: for (;;) { c: { if (input.n) break c; break a; } continue b; } }",
  "a switch of a thousand cases": `let i = 0; for (;;) switch (i = (i + 7) % 1000) { ${Array.from({ length: 1000 }, (_, i) => `case ${i}: break;`).join(" ")} }`,
  arithmetic: "let x = 0; for (;;) x = (x * 31 + 7) | 0;",
  "roots, sines and powers": "let x = 1.5; for (;;) x = Math.sqrt(x / 1.0001) + Math.sin(x) * Math.pow(x, 0.3);",
  "remainders of huge numbers": "let x = 1.5; for (;;) x = ((x * 1e300) % 3.7) + 1;",
  "recursion that forks": "const f = (n) => (n > 0 ? f(n - 1) + f(n - 1) : 1); for (;;) f(20);",
  "errors thrown through a hundred calls":
    "const f = (n) => { if (n) f(n - 1); else throw new Error('x'.repeat(1000)); }; for (;;) try { f(100); } catch {}",
  "stacks written into errors": "const f = (n) => (n ? f(n - 1) : new Error('x').stack); for (;;) f(300);",
  "a generator": "function* g() { for (;;) yield 1; } for (const x of g());",
  "an iterator that does not return":
    "const it = { [Symbol.iterator]: () => ({ next: () => ({ done: false }), return() { for (;;); } }) }; for (const x of it) break;",
  destructuring: "for (;;) { const [a, b, c] = [1, 2, 3]; }",
  "arguments spread from a list": "const a = new Array(6e4).fill(1); const f = () => 0; for (;;) f(...a);",
  "arguments applied from a length": "const a = { length: 65000 }; const f = () => 0; for (;;) f.apply(null, a);",
  "functions bound two hundred times":
    "let f = () => 1; for (let i = 0; i < 200; i++) f = f.bind(null, 1); for (;;) f();",
  "classes made again and again":
    "for (;;) { class A { #x = 1; static s = 2; get y() { return this.#x; } } new A().y; }",
  "code compiled by eval": "for (let i = 0; ; i++) (0, eval)('(' + '1+'.repeat(1e4) + i + ')');",
  "code compiled by Function": "for (let i = 0; ; i++) new Function('return ' + '1+'.repeat(1e4) + i);",
  "code compiled by the constructor of a generator":
    "const G = Object.getPrototypeOf(function* () {}).constructor; for (let i = 0; ; i++) G('yield ' + i);",
  "syntax errors that are caught": "for (;;) try { eval('((((((('.repeat(20)); } catch {}",
  "a with statement over a deep prototype":
    "const f = new Function('o', 'with (o) { for (;;) x; }'); let o = { x: 1 }; for (let i = 0; i < 1e3; i++) o = Object.create(o); f(o);",
  "a getter of the result": "return { get a() { for (;;); } };",
  "a toJSON of the result": "return { toJSON() { for (;;); } };",
  "a proxy as the result": "return new Proxy({}, { ownKeys() { for (;;); } });",
  "a proxy that says it is a list without end":
    "return new Proxy([], { get: (t, k) => (k === 'length' ? 2 ** 32 : 1) });",
  "a prototype of the result": "return new Proxy({}, { getPrototypeOf() { for (;;); } });",
  "a tag of the result": "return Object.create({ get [Symbol.toStringTag]() { for (;;); } });",
  "a getter of the default export's module": "export default async () => ({ get then() { for (;;); } });",
  "the message of an error": "throw { get message() { for (;;); } };",
  "the name of an error": "throw { message: 'x', get name() { for (;;); } };",
  "the stack of an error": "throw { message: 'x', get stack() { for (;;); } };",
  "a toString of what is thrown": "throw Object.assign(() => 1, { toString() { for (;;); } });",
  "a toJSON of what is thrown": "throw { toJSON() { for (;;); } };",
  "a proxy that is thrown": "throw new Proxy({}, { get() { for (;;); } });",
});
