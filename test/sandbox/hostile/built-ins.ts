import { endless } from "./program.ts";

/** Built-in functions over lists, objects and collections: one call of them may be any amount of work. */
export const BUILT_INS = endless({
  "a search through 2^53 holes": "return [].indexOf.call({ length: 2 ** 53 - 1 }, 1);",
  "a search backwards through 2^53 holes": "return [].lastIndexOf.call({ length: 2 ** 53 - 1 }, 1);",
  "a walk over a sparse list": "new Array(2 ** 32 - 1).forEach(() => {});",
  "a reversal of 2^53 holes": "[].reverse.call({ length: 2 ** 53 - 1 });",
  "a copy within 2^53 holes": "[].copyWithin.call({ length: 2 ** 53 - 1 }, 1, 0);",
  "a list from a length": "for (;;) Array.from({ length: 1e5 });",
  "a list filled": "for (;;) new Array(1e6).fill(0);",
  "a list turned around": "const a = new Array(1e6).fill(1); for (;;) a.reverse();",
  "lists joined to lists": "const a = new Array(1e5).fill(1); for (;;) a.concat(a, a);",
  "lists copied": "const a = new Array(1e5).fill(1); for (;;) a.slice(1);",
  "a list that shifts": "const a = new Array(1e5).fill(1); for (;;) { a.unshift(1); a.shift(); }",
  "a list that is spliced": "const a = new Array(1e5).fill(1); for (;;) { a.splice(0, 1); a.push(1); }",
  "a list that grows and shrinks by its length":
    "const a = []; for (;;) { a.length = 0; a.length = 1e6; a[999999] = 1; }",
  "a search in a list": "const a = new Array(1e5).fill(1); for (;;) a.includes(2);",
  "a list made flat": "const a = Array.from({ length: 1e3 }, () => Array(100).fill(1)); for (;;) a.flat(Infinity);",
  "a deep list made flat": "let a = []; for (let i = 0; i < 1000; i++) a = [a]; for (;;) a.flat(Infinity);",
  "a species of lists":
    "class A extends Array { static get [Symbol.species]() { for (;;); } } return new A(1, 2).map((x) => x);",
  sorting: "const a = Array.from({ length: 1e4 }, (_, i) => (i * 7919) % 100003); for (;;) a.slice().sort();",
  "sorting texts":
    "const a = Array.from({ length: 3e3 }, (_, i) => 'x'.repeat(50) + ((i * 7919) % 1000)); for (;;) a.slice().sort();",
  "sorting by a function that cannot decide":
    "let n = 0; const a = Array.from({ length: 1e4 }, (_, i) => i); for (;;) a.sort(() => (n = (n * 7 + 3) % 5) - 2);",
  "sorting by a function that changes the list":
    "const a = Array.from({ length: 100 }, (_, i) => i); a.sort(() => { a.push(1); for (;;) a.sort(); });",
  "keys of an object": "const o = {}; for (let i = 0; i < 1e4; i++) o['k' + i] = i; for (;;) Object.keys(o);",
  "an object spread": "const o = {}; for (let i = 0; i < 1e4; i++) o['k' + i] = i; for (;;) ({ ...o });",
  "a loop over keys": "const o = {}; for (let i = 0; i < 1e4; i++) o['k' + i] = i; for (;;) for (const k in o);",
  "members taken away and put back":
    "const o = {}; for (let i = 0; i < 1e3; i++) o['k' + i] = i; for (let i = 0; ; i++) { delete o['k' + (i % 1e3)]; o['k' + (i % 1e3)] = 1; }",
  "names nobody used before": "const o = {}; for (let i = 0; ; i++) { o['k' + i] = 1; delete o['k' + i]; }",
  "objects of ever other shapes":
    "const a = []; for (let i = 0; ; i++) { const o = {}; o['k' + (i % 999)] = 1; o['j' + (i % 998)] = 2; a[i % 2000] = o; }",
  "a prototype a hundred thousand deep":
    "let o = {}; for (let i = 0; i < 1e4; i++) o = Object.create(o); for (;;) o.x;",
  "a member asked of a deep prototype":
    "let o = {}; for (let i = 0; i < 1e4; i++) o = Object.create(o); for (;;) 'x' in o;",
  "an instance of a deep prototype":
    "let o = {}; for (let i = 0; i < 1e4; i++) o = Object.create(o); class A {} for (;;) o instanceof A;",
  "a proxy of a proxy of a proxy": "let o = {}; for (let i = 0; i < 1000; i++) o = new Proxy(o, {}); for (;;) o.x;",
  "a proxy with many keys":
    "const p = new Proxy({}, { ownKeys: () => Array.from({ length: 1e4 }, (_, i) => 'k' + i) }); for (;;) Reflect.ownKeys(p);",
  "a map that changes": "const m = new Map(); for (let i = 0; ; i++) { m.set(i, {}); m.delete(i - 1000); }",
  "a map whose keys were to collide":
    "const m = new Map(); for (let i = 0; i < 3000; i++) m.set(i * 4294967296, 1); for (;;) m.get(-4294967296);",
  "a map that grows under its own walk":
    "const m = new Map([[0, 0]]); for (const [k] of m) { m.delete(k); m.set(k + 1, 0); }",
  "a set copied": "const a = new Set(Array.from({ length: 1e4 }, (_, i) => i)); for (;;) new Set(a);",
  "a weak map": "const m = new WeakMap(); for (;;) m.set({}, {});",
  "weak references": "for (;;) new WeakRef({});",
  "cycles for the garbage collection": "for (;;) { const a = {}; a.a = a; }",
  "much that lives while garbage is collected":
    "const k = []; for (let i = 0; i < 2e4; i++) { const o = { i }; o.o = o; k.push(o); } for (;;) { const a = {}; a.a = a; }",
  "a chain given free": "for (;;) { let p = null; for (let i = 0; i < 2e4; i++) p = { p }; p = null; }",
  "a typed array filled": "const a = new Uint8Array(2e7); for (;;) a.fill(1);",
  "a typed array set from another kind": "const a = new Uint8Array(1e6), b = new Float64Array(1e6); for (;;) b.set(a);",
  "a typed array searched": "const a = new Uint8Array(1e7); for (;;) a.indexOf(1);",
  "a typed array joined": "const a = new Uint8Array(1e5); for (;;) a.join();",
  "a typed array sorted":
    "const a = new Float64Array(1e5).map((_, i) => (i * 7919) % 100003); for (;;) a.slice().sort();",
  "a buffer copied": "const b = new ArrayBuffer(1e7); for (;;) b.slice(0);",
  "a buffer copied within itself": "const b = new Uint8Array(1e7); for (;;) b.copyWithin(1, 0);",
  "a buffer written word by word":
    "const b = new DataView(new ArrayBuffer(1e6)); for (let i = 0; ; i++) b.setFloat64((i * 8) % 999000, i);",
  "memory read in strides": "const b = new Uint8Array(2e7); let i = 0; for (;;) b[(i = (i + 4160) % 2e7)];",
  "a walk through objects in random order":
    "const n = 5e3, a = []; for (let i = 0; i < n; i++) a.push([0]); let s = 1; for (let i = n - 1; i > 0; i--) { s = (Math.imul(s, 1664525) + 1013904223) >>> 0; const j = s % (i + 1); [a[i], a[j]] = [a[j], a[i]]; } for (let i = 0; i < n; i++) a[i][0] = a[(i + 1) % n]; let p = a[0]; for (;;) p = p[0][0][0][0][0][0];",
  dates: "for (let i = 0; ; i++) new Date(i).toISOString();",
  "dates read": "for (;;) Date.parse('2024-02-03T04:05:06Z');",
  "a date in a long text": "const s = ' '.repeat(1e6) + 'x'; for (;;) new Date(s);",
  symbols: "for (let i = 0; ; i++) Symbol.for('s' + i);",
  "the console": "for (;;) console.log('x'.repeat(1e5));",
});
