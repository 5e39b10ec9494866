import { fn, type HostileProgram } from "./program.ts";

const FULL = "SANDBOX_MEMORY";
const DEEP = "SANDBOX_ERROR";

/** What takes all the memory or all the stack there is, and catches whatever that throws. */
export const MEMORY: readonly HostileProgram[] = [
  ["one large buffer", fn("return new Uint8Array(2 ** 30).length;"), FULL],
  ["one large buffer, caught, for ever", fn("for (;;) { try { new Uint8Array(2 ** 30); } catch {} }"), FULL],
  [
    "buffers kept, caught, for ever",
    fn("const k = []; for (;;) { try { k.push(new Uint8Array(1e6)); } catch {} }"),
    FULL,
  ],
  ["buffers of floats", fn("const a = []; for (;;) a.push(new Float64Array(1e5));"), FULL],
  ["a buffer that grows", fn("let b = new ArrayBuffer(8); for (;;) b = b.transfer(b.byteLength * 2);"), FULL],
  ["a text that doubles", fn("let s = 'ab'; for (;;) { s += s; s.charCodeAt(0); }"), FULL],
  ["a text doubled by joining", fn("let s = 'ab'; for (;;) s = [s, s].join('');"), FULL],
  ["a text padded beyond all", fn("return 'a'.padEnd(2 ** 28).length;"), FULL],
  [
    "memory in jobs",
    "export default async () => { const a = []; for (;;) { await 0; a.push(new Uint8Array(1e6)); } };",
    FULL,
  ],
  ["memory at the top level", "const a = []; for (;;) a.push(new Uint8Array(1e6)); export default 1;", FULL],
  [
    "memory in a getter of the result",
    fn("return { get a() { const k = []; for (;;) k.push(new Uint8Array(1e6)); } };"),
    FULL,
  ],
  [
    "memory in the message of an error",
    fn("throw { get message() { const k = []; for (;;) k.push(new Uint8Array(1e6)); } };"),
    FULL,
  ],
  ["big integers kept", fn("const a = []; for (;;) a.push(1n << BigInt(800000 + a.length));"), FULL],
  ["recursion", fn("const f = (n) => f(n + 1) + 1; return f(0);"), DEEP],
  ["recursion that is caught", fn("const f = () => { try { f(); } catch { f(); } }; f();"), DEEP],
  ["recursion that is finally called again", fn("const f = () => { try { f(); } finally { f(); } }; f();"), DEEP],
  ["recursion out of built-in functions", fn("const f = () => [1].map(f); try { f(); } catch { return 1; }"), DEEP],
  ["recursion through a proxy", fn("const p = new Proxy({}, { get: (t, k, r) => r[k] }); p.x;"), DEEP],
  ["recursion through a getter", fn("const o = { get a() { return this.a; } }; o.a;"), DEEP],
  ["recursion through toString", fn("const o = { toString() { return `${o}`; } }; `${o}`;"), DEEP],
  ["recursion through sorting", fn("const f = () => [2, 1].sort(f); f();"), DEEP],
  ["a list that is its own member, joined", fn("const a = []; a.push(a); a.join();"), DEEP],
  ["code nested a hundred thousand times", fn("try { eval('['.repeat(1e5)); } catch {}"), DEEP],
  ["JSON nested a hundred thousand times", fn("try { JSON.parse('['.repeat(1e5)); } catch {}"), DEEP],
  ["a pattern nested a hundred thousand times", fn("new RegExp('('.repeat(1e5));"), DEEP],
  [
    "functions bound ten thousand times",
    fn("let f = () => 1; for (let i = 0; i < 1e4; i++) f = f.bind(null); f();"),
    FULL,
  ],
  [
    "functions bound a thousand times",
    fn("let f = () => 1; for (let i = 0; i < 1e3; i++) f = f.bind(null); f();"),
    DEEP,
  ],
  [
    "an error whose message is asked of itself",
    fn(
      "const e = {}; Object.defineProperty(e, 'message', { get: () => { try { throw e; } catch { return e.message; } } }); throw e;",
    ),
    DEEP,
  ],
];
